// `postage verify`: a bundle, or a data folder: its journal, and what the control store made of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>

#include "app/command.h"
#include "app/store.h"
#include "app/verify_targets.h"
#include "auth/audit.h"
#include "base/log.h"
#include "db/database.h"
#include "invoice/store.h"
#include "ledger/ledger.h"
#include "meter/fold_check.h"
#include "meter/journal_format.h"
#include "meter/seal_key.h"
#include "meter/segment_reader.h"
#include "meter/verifier.h"

namespace postage::app {
namespace {

/// A connection that a kill cut, as recovery wrote it down.
struct Cut {
  std::int64_t run = 0;
  std::int64_t project = 0;
  std::uint64_t session = 0;
  std::int64_t units = 0;
};

std::uint64_t first_integer(std::string_view note) {
  std::uint64_t value = 0;
  for (std::size_t i = std::min<std::size_t>(8, note.size()); i-- > 0;) value = value << 8 | static_cast<unsigned char>(note[i]);
  return value;
}

Result<std::vector<Cut>> cuts_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".journal") files.push_back(entry.path().string());
  }
  if (failure) return Error(Errc::not_found, fmt::format("{}: {}", folder, failure.message()));
  std::sort(files.begin(), files.end());
  std::vector<Cut> cuts;
  for (const std::string& file : files) {
    TRY(reader, meter::SegmentReader::open(file));
    for (;;) {
      auto record = reader.next();
      if (!record || !*record) break;  // What does not hold is the verifier's to tell.
      if ((*record)->kind != meter::RecordKind::connection_cut) continue;
      cuts.push_back({(*record)->run, (*record)->subject, first_integer((*record)->note), (*record)->value});
    }
  }
  return cuts;
}

struct Totals {
  std::int64_t units = 0;
  std::int64_t peak = 0;
  __int128 byte_hours = 0;
};

std::string wide_text(__int128 value) {
  std::string text;
  do {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value > 0);
  return text;
}

std::map<std::int64_t, Totals> totals_of(const meter::VerifyReport& report) {
  std::map<std::int64_t, Totals> totals;
  for (const auto& [key, value] : report.usage) {
    if (key.meter == meter::MeterKind::messages) totals[key.subject].units += value;
    if (key.meter == meter::MeterKind::peak) totals[key.subject].peak = std::max(totals[key.subject].peak, value);
    if (key.meter == meter::MeterKind::storage) totals[key.subject].byte_hours += value;
  }
  return totals;
}

/// What the control store made of the journal, checked.
struct StoreCheck {
  meter::FoldCheck folds;
  std::int64_t invoices = 0;
  std::int64_t transactions = 0;
  std::int64_t audit_records = 0;
  std::optional<std::string> finding;  ///< the first that does not hold
};

struct FolderReport {
  meter::VerifyReport journal;
  std::vector<Cut> cuts;
  bool running = false;
  std::optional<StoreCheck> store;
  [[nodiscard]] bool ok() const { return journal.ok() && (!store || !store->finding); }
  [[nodiscard]] std::string finding() const {
    return !journal.ok() ? journal.finding->text() : store && store->finding ? *store->finding : std::string();
  }
};

/// Keeps the first finding; other errors go up.
template <class T>
Result<void> keep(StoreCheck& check, const char* what, const Result<T>& done, std::int64_t& count) {
  if (done) {
    count = *done;
    return {};
  }
  if (done.error().code != Errc::corrupt_record) return done.error();
  if (!check.finding) check.finding = fmt::format("{}: {}", what, done.error().detail);
  return {};
}

Result<StoreCheck> check_store(db::Database& database, const meter::FoldedHours& folded, const meter::VerifyReport& journal) {
  StoreCheck check;
  TRY(folds, meter::check_folds(database, folded, journal));
  check.folds = std::move(folds);
  if (check.folds.finding) check.finding = "folds: " + *check.folds.finding;
  const auto invoices = database.read([](db::Connection& c) { return invoice::verify_invoices(c); });
  TRY_VOID(keep(check, "invoices", invoices, check.invoices));
  const auto books = database.read([](db::Connection& c) -> Result<std::int64_t> {
    TRY(proof, ledger::verify(c));
    return proof.transactions;
  });
  TRY_VOID(keep(check, "books", books, check.transactions));
  TRY_VOID(keep(check, "audit log", auth::AuditLog(database).verify(), check.audit_records));
  return check;
}

void print_json(const FolderReport& all) {
  const meter::VerifyReport& report = all.journal;
  std::string text = fmt::format(
      R"({{"valid":{},"node":"{}","segments":{},"records":{},"unsigned_records":{},"open_hours":{},"running":{},"torn_bytes":{},"projects":{{)",
      all.ok(), report.node, report.segments, report.records, report.unsigned_records, report.open_hours, all.running,
      report.torn_bytes);
  const char* separator = "";
  for (const auto& [project, total] : totals_of(report)) {
    text += fmt::format(R"({}"{}":{{"units":{},"peak":{},"byte_hours":"{}"}})", std::exchange(separator, ","), project, total.units,
                        total.peak, wide_text(total.byte_hours));
  }
  text += "},\"cut\":[";
  separator = "";
  for (const Cut& cut : all.cuts) {
    text += fmt::format(R"({}{{"run":{},"project":"{}","session":"{:016x}","units":{}}})", std::exchange(separator, ","), cut.run,
                        cut.project, cut.session, cut.units);
  }
  text += ']';
  if (all.store) {
    text += fmt::format(R"(,"store":{{"folded_hours":{},"folded_values":{},"hours_to_fold":{},"invoices":{},"transactions":{},"audit_records":{}}})",
                        all.store->folds.hours, all.store->folds.values, all.store->folds.waiting, all.store->invoices,
                        all.store->transactions, all.store->audit_records);
  }
  text += ",\"finding\":";
  if (all.ok()) text += "null";
  else append_json_string(text, all.finding());
  fmt::print("{}}}\n", text);
}

void print_text(const FolderReport& all) {
  const meter::VerifyReport& report = all.journal;
  fmt::print("node {}: {} segments, {} records ({} not yet sealed), {} hours with a root\n", report.node, report.segments,
             report.records, report.unsigned_records, report.closed.size());
  for (const auto& [project, total] : totals_of(report)) {
    fmt::print("  project {}: {} message units, peak {} connections, {} byte-hours\n", project, total.units, total.peak,
               wide_text(total.byte_hours));
  }
  if (!all.cuts.empty()) fmt::print("  {} connections were cut by kills; --json lists them with their units\n", all.cuts.size());
  if (report.torn_bytes > 0) fmt::print("  the server is writing: {} bytes of its last record are there\n", report.torn_bytes);
  if (all.store) {
    fmt::print("store: {} folded hours with {} values, {} invoices, {} transactions, {} audit records\n", all.store->folds.hours,
               all.store->folds.values, all.store->invoices, all.store->transactions, all.store->audit_records);
    if (all.store->folds.waiting > 0) fmt::print("  {} ended hours are not folded yet\n", all.store->folds.waiting);
  }
  fmt::print("{}\n", all.ok() ? "every record holds" : all.finding());
}

bool is_file(const std::string& path) {
  std::error_code failure;
  return std::filesystem::is_regular_file(path, failure);
}

/// Without a target the data folder is meant, as before.
int verify_target(std::string target, std::string folder, std::string journal, std::string key, bool json) {
  if (target.empty()) target = folder;
  const bool bundle = journal.empty() && is_file(target);
  if (!bundle && key.empty()) key = target + "/meter/seal_key.pub.pem";
  const bool alone = !journal.empty();
  const auto holds = bundle ? verify_bundle_file(target, key, json)
                            : verify_folder({alone ? std::string() : target, alone ? journal : target + "/meter/journal", key}, json);
  if (holds) return *holds ? 0 : 1;
  fmt::print(stderr, "postage verify: {}\n", holds.error().to_string());
  return 2;
}

}  // namespace

Result<bool> verify_folder(const FolderTarget& target, bool json) {
  TRY(key, meter::SealKey::from_public_file(target.key));
  FolderReport all;
  // Held while a stopped folder is read, so that no server starts to write into it.
  std::optional<FolderLock> lock;
  std::unique_ptr<db::Database> database;
  meter::FoldedHours folded;
  if (!target.folder.empty() && is_file(target.folder + "/postage.db")) {
    auto taken = FolderLock::take(target.folder);
    all.running = !taken && taken.error().code == Errc::conflict;
    if (taken) lock.emplace(std::move(*taken));
    TRY(opened, db::Database::open({.path = target.folder + "/postage.db"}));
    database = std::move(opened);
    TRY(hours, meter::folded_hours(*database));
    folded = std::move(hours);
  }
  TRY(report, meter::verify_journal(target.journal, key, all.running));
  TRY(cuts, cuts_in(target.journal));
  all.journal = std::move(report);
  all.cuts = std::move(cuts);
  if (database && all.journal.ok()) {
    TRY(check, check_store(*database, folded, all.journal));
    all.store = std::move(check);
  }
  if (json) print_json(all);
  else print_text(all);
  return all.ok();
}

int command_verify(const Arguments& arguments) {
  CLI::App app("Checks a bundle, or a data folder: chain, signatures, roots, sums, and every invoice recomputed; names the first "
               "record that does not hold",
               "postage verify");
  std::string target;
  std::string folder = "postage-data";
  std::string journal;
  std::string key;
  bool json = false;
  app.add_option("target", target, "a bundle, or a server's data folder; the server may be running");
  app.add_option("--data-dir", folder, "the same, when no target is named")->capture_default_str();
  app.add_option("--journal", journal, "only this folder with segments of a journal");
  app.add_option("--key", key, "file with the meter's public key (PEM); of a data folder: its own, unless told");
  app.add_flag("--json", json, "the report as JSON");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return verify_target(target, folder, journal, key, json);
}

}  // namespace postage::app
