#include "invoice/bundle/bundles.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "meter/hour.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::json;

/// How long after a month's end its last hour may still be on its way into the journal.
constexpr std::chrono::hours kLastHourWithin{2};

/// Remembers which catalogues were asked for.
class AskedCatalogues final : public CatalogueBook {
 public:
  explicit AskedCatalogues(const CatalogueBook& book) : book_(book) {}
  [[nodiscard]] std::optional<NamedCatalogue> find(std::string_view name) const override {
    auto found = book_.find(name);
    if (found) asked_[std::string(name)] = found->text;
    return found;
  }
  [[nodiscard]] std::vector<std::string> names() const override { return book_.names(); }
  [[nodiscard]] const std::map<std::string, std::string>& asked() const { return asked_; }

 private:
  const CatalogueBook& book_;
  mutable std::map<std::string, std::string> asked_;
};

/// What the proofs of a project add up to.
struct Proven {
  Int128 units = 0;
  std::map<std::int64_t, std::int64_t> samples;
  [[nodiscard]] Int128 byte_hours() const {
    Int128 sum = 0;
    for (const auto& [hour, bytes] : samples) sum += bytes;
    return sum;
  }
};

void add_value(const meter::Record& record, std::map<std::int64_t, Proven>& projects) {
  if (record.meter == meter::MeterKind::account_peak) return;
  Proven& project = projects[record.subject];
  if (record.meter == meter::MeterKind::messages) project.units += record.value;
  if (record.meter != meter::MeterKind::storage) return;
  std::int64_t& sample = project.samples[record.hour];
  sample = std::max(sample, record.value);
}

std::string text_of(const Json& from, const char* name) {
  const auto found = from.find(name);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

/// A month that goes into the bundle.
struct Bundles::Month {
  BundleMonth head;
  BundleDocument document;
  std::vector<ProjectId> projects;
  std::map<std::int64_t, Int128> units;  ///< by project, as the document says
  Instant proofs_end;                    ///< a running month: hours that had ended when its bill was made
  std::optional<meter::MonthUsage> running;
};

/// Everything but the proofs.
struct Bundles::Plan {
  AccountId account;
  std::string account_name;
  std::vector<AccountEvent> events;
  std::map<std::string, BundleCatalogue> catalogues;  ///< by hash
  std::vector<Month> months;
  std::optional<meter::HourProofs> proofs;
};

Result<void> Bundles::add_month(Plan& plan, AccountId account, MonthKey key, Instant now) const {
  Month month;
  month.head.month = key;
  AskedCatalogues asked(ports_.billing.catalogues());
  db::Database& database = ports_.billing.database();
  TRY(invoice, database.read([&](db::Connection& c) { return find_month(c, account, key.text()); }));
  std::optional<std::pair<std::string, std::string>> rated;  // The catalogue that rated it.
  Instant as_of = now;
  if (invoice) {
    month.head.issued = true;
    month.document = {invoice->number, invoice->sha256, invoice->document};
    TRY(text, database.read([&](db::Connection& c) { return stored_catalogue(c, invoice->catalogue_hash); }));
    if (!text) return Error(Errc::corrupt_record, invoice->number + " has no catalogue");
    rated.emplace(invoice->catalogue, *text);
  } else {
    TRY(ended, plan.proofs->ended_until());
    month.proofs_end = ended;
    auto running = ports_.billing.running(account, now);
    if (!running) return running.error();
    if (running->month != key)
      return Error(Errc::not_found, fmt::format("account {} has no invoice for {}", account.value, key.text()));
    month.document.document = invoice_json(*running);
    month.document.sha256 = sha256_hex(month.document.document);
    month.running = running->usage;
    std::erase_if(plan.events, [&](const AccountEvent& event) { return event.id > running->terms.last_event; });
  }
  const Json document = Json::parse(month.document.document, nullptr, false);
  if (!document.is_object()) return Error(Errc::corrupt_record, "an invoice's document is not JSON");
  plan.account_name = text_of(document, "account_name");
  TRY(start, parse_instant(text_of(document, "start")));
  TRY(end, parse_instant(text_of(document, "end")));
  month.head.period = {start, end};
  if (invoice) {
    as_of = end - milliseconds(1);
    month.proofs_end = end;
  }
  TRY(terms, play(plan.events, as_of, asked));
  (void)terms;
  auto texts = asked.asked();
  if (rated) texts[rated->first] = rated->second;
  for (const auto& [name, text] : texts) {
    const std::string hash = sha256_hex(text);
    month.head.catalogues[name] = hash;
    plan.catalogues.emplace(hash, BundleCatalogue{name, hash, text});
  }
  const auto usage = document.find("usage");
  if (usage != document.end() && usage->is_object()) {
    for (const Json& row : usage->value("projects", Json::array())) {
      TRY(id, parse_decimal(text_of(row, "id")));
      TRY(units, parse_decimal(text_of(row, "messages")));
      month.projects.push_back(ProjectId{to_int64(id.value).value_or(0)});
      month.units[month.projects.back().value] = to_int64(units.value).value_or(0);
    }
  }
  plan.months.push_back(std::move(month));
  return {};
}

Result<Bundles::Plan> Bundles::prepare(AccountId account, const std::vector<MonthKey>& months, Instant now) const {
  if (months.empty()) return Error(Errc::bad_request, "no month was asked for");
  for (std::size_t i = 1; i < months.size(); ++i) {
    if (months[i] <= months[i - 1]) return Error(Errc::bad_request, "months must ascend, each once");
  }
  Plan plan;
  plan.account = account;
  TRY(proofs, meter::HourProofs::open(ports_.billing.database(), ports_.journal_folder));
  plan.proofs.emplace(std::move(proofs));
  TRY(events, ports_.billing.history().events(account));
  if (events.empty()) return Error(Errc::no_account);
  plan.events = std::move(events);
  for (const MonthKey month : months) TRY_VOID(add_month(plan, account, month, now));
  std::erase_if(plan.events, [&](const AccountEvent& event) { return event.at >= plan.months.back().head.period.end; });
  return plan;
}

Result<void> Bundles::write_month(const Plan& plan, const Month& month, Instant now, ChainedWriter& writer) const {
  TRY_VOID(writer.line(line_text(month.head)));
  std::map<std::int64_t, Proven> proven;
  const InstantRange range{month.head.period.start, std::min(month.head.period.end, month.proofs_end)};
  const meter::ProofAsk ask{plan.account, month.projects, range};
  TRY_VOID(plan.proofs->each(ask, [&](const meter::HourProof& proof) -> Result<void> {
    TRY_VOID(writer.line(line_text(proof.end)));
    for (const meter::ProvenRecord& value : proof.records) {
      TRY_VOID(writer.line(line_text(value)));
      add_value(value.record, proven);
    }
    return {};
  }));
  if (month.running) {
    for (const meter::ProjectUsage& each : month.running->projects) {
      const Proven& known = proven[each.project.value];
      const Int128 units = each.units - known.units;
      const Int128 byte_hours = static_cast<Int128>(each.byte_hours()) - known.byte_hours();
      if (byte_hours > INT64_MAX) return Error(Errc::bad_request, "too much is stored to state a running month");
      if (units < 0 || byte_hours < 0)
        return Error(Errc::unavailable, "an hour ended while the bundle was made: try again");
      TRY_VOID(writer.line(line_text(BundleLive{each.project, static_cast<std::int64_t>(units), each.peak,
                                                static_cast<std::int64_t>(byte_hours)})));
    }
    TRY_VOID(writer.line(line_text(BundleLiveAccount{month.running->simultaneous_peak})));
  } else if (now < month.head.period.end + kLastHourWithin) {
    for (const auto& [project, units] : month.units) {
      if (proven[project].units < units)
        return Error(Errc::unavailable, "the month's last hour is not in the journal yet: try again in a minute");
    }
  }
  TRY_VOID(writer.line(line_text(month.document)));
  return {};
}

Result<void> Bundles::write(AccountId account, const std::vector<MonthKey>& months, Instant now, ByteTaker take) const {
  TRY(plan, prepare(account, months, now));
  ChainedWriter writer(std::move(take));
  TRY_VOID(writer.line(
      line_text(BundleHead{1, account, plan.account_name, plan.proofs->node(), now, ports_.key.public_pem()})));
  for (const auto& [hash, catalogue] : plan.catalogues) TRY_VOID(writer.line(line_text(catalogue)));
  for (const AccountEvent& event : plan.events) TRY_VOID(writer.line(line_text(event)));
  for (const Month& month : plan.months) {
    TRY_VOID(write_month(plan, month, now, writer));
    for (const NoteSource& source : ports_.notes) {
      TRY(notes, source(account, month.head.month));
      for (const BundleNote& note : notes) TRY_VOID(writer.line(line_text(note)));
    }
  }
  TRY_VOID(writer.line(line_text(BundleEnd{writer.lines()})));
  const meter::Signature signature = ports_.key.sign(signed_hash(writer.chain()));
  return writer.line(line_text(BundleSignature{{reinterpret_cast<const char*>(signature.data()), signature.size()}}));
}

Result<std::string> Bundles::make(AccountId account, const std::vector<MonthKey>& months, Instant now) const {
  std::string text;
  TRY_VOID(write(account, months, now, [&](std::string_view bytes) -> Result<void> {
    if (text.size() + bytes.size() > kBundleInMemoryMax)
      return Error(Errc::request_too_large, "the bundle is too large to send: use `postage export` on the server");
    text += bytes;
    return {};
  }));
  return text;
}

}  // namespace postage::invoice
