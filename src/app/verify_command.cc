// `postage verify`: checks the meter journal offline and adds its usage up again.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "app/command.h"
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

void print_json(const meter::VerifyReport& report, const std::vector<Cut>& cuts) {
  std::string text = fmt::format(R"({{"valid":{},"node":"{}","segments":{},"records":{},"unsigned_records":{},"open_hours":{},"projects":{{)",
                                 report.ok(), report.node, report.segments, report.records, report.unsigned_records, report.open_hours);
  const char* separator = "";
  for (const auto& [project, total] : totals_of(report)) {
    text += fmt::format(R"({}"{}":{{"units":{},"peak":{},"byte_hours":"{}"}})", std::exchange(separator, ","), project, total.units,
                        total.peak, wide_text(total.byte_hours));
  }
  text += "},\"cut\":[";
  separator = "";
  for (const Cut& cut : cuts) {
    text += fmt::format(R"({}{{"run":{},"project":"{}","session":"{:016x}","units":{}}})", std::exchange(separator, ","), cut.run,
                        cut.project, cut.session, cut.units);
  }
  fmt::print("{}]}}\n", text);
}

void print_text(const meter::VerifyReport& report, const std::vector<Cut>& cuts) {
  fmt::print("node {}: {} segments, {} records ({} not yet sealed)\n", report.node, report.segments, report.records,
             report.unsigned_records);
  for (const auto& [project, total] : totals_of(report)) {
    fmt::print("  project {}: {} message units, peak {} connections, {} byte-hours\n", project, total.units, total.peak,
               wide_text(total.byte_hours));
  }
  if (!cuts.empty()) fmt::print("  {} connections were cut by kills; --json lists them with their units\n", cuts.size());
  fmt::print("{}\n", report.ok() ? "every record holds" : report.finding->text());
}

Result<bool> verify(const std::string& journal, const std::string& key_file, bool json) {
  TRY(key, meter::SealKey::from_public_file(key_file));
  TRY(report, meter::verify_journal(journal, key));
  TRY(cuts, cuts_in(journal));
  if (json) print_json(report, cuts);
  else print_text(report, cuts);
  return report.ok();
}

}  // namespace

int command_verify(const Arguments& arguments) {
  CLI::App app("Checks a meter journal: chain, signatures, sequence, sums; names the first record that does not hold", "postage verify");
  std::string folder = "postage-data";
  std::string journal;
  std::string key;
  bool json = false;
  app.add_option("--data-dir", folder, "a server's data folder; the server may be running")->capture_default_str();
  app.add_option("--journal", journal, "folder with the segments; default: the data folder's");
  app.add_option("--key", key, "file with the public key (PEM); default: the data folder's");
  app.add_flag("--json", json, "the report as JSON");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (journal.empty()) journal = folder + "/meter/journal";
  if (key.empty()) key = folder + "/meter/seal_key.pub.pem";
  const auto holds = verify(journal, key, json);
  if (holds) return *holds ? 0 : 1;
  fmt::print(stderr, "postage verify: {}\n", holds.error().to_string());
  return 2;
}

}  // namespace postage::app
