#include "invoice/replay.h"

#include <nlohmann/json.hpp>

#include "invoice/contract_json.h"
#include "invoice/rated_month.h"
#include "invoice/sla.h"
#include "invoice/store.h"
#include "rating/own_plans.h"

namespace postage::invoice {
namespace {

using Json = nlohmann::json;

Error differs(const std::string& what) { return Error(Errc::corrupt_record, "invoice: " + what); }

std::string text_of(const Json& from, const char* name) {
  const auto found = from.find(name);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& part_of(const Json& from, const char* name) {
  static const Json kNone = Json::object();
  const auto found = from.find(name);
  return found != from.end() && found->is_structured() ? *found : kNone;
}

Result<BigInt> whole_of(const Json& from, const char* name) {
  TRY(decimal, parse_decimal(text_of(from, name)));
  if (!decimal.value.is_whole()) return differs(std::string(name) + " is not a whole number");
  return decimal.value.numerator();
}

/// "15" or "1/3"; an absent member is 0.
Result<Rational> fraction_of(const Json& from, const char* name) {
  const std::string text = text_of(from, name);
  if (text.empty()) return Rational(0);
  const std::size_t slash = text.find('/');
  TRY(top, parse_decimal(std::string_view(text).substr(0, slash)));
  if (slash == std::string::npos) return top.value;
  TRY(bottom, parse_decimal(std::string_view(text).substr(slash + 1)));
  if (bottom.value.is_zero()) return differs(std::string(name) + " divides by zero");
  return top.value / bottom.value;
}

/// The stated sums must be those of the projects.
Result<rating::Usage> usage_of_document(const Json& usage) {
  BigInt peaks = 0, units = 0, byte_hours = 0;
  for (const Json& each : part_of(usage, "projects")) {
    TRY(peak, whole_of(each, "pcu"));
    TRY(messages, whole_of(each, "messages"));
    TRY(hours, whole_of(each, "byte_hours"));
    peaks += peak;
    units += messages;
    byte_hours += hours;
  }
  TRY(stated_peaks, whole_of(usage, "sum_of_peaks"));
  TRY(stated_units, whole_of(usage, "messages"));
  TRY(stated_hours, whole_of(usage, "byte_hours"));
  if (peaks != stated_peaks || units != stated_units || byte_hours != stated_hours) {
    return differs("the projects do not add up to the usage");
  }
  TRY(simultaneous, whole_of(usage, "simultaneous_peak"));
  TRY(hours, whole_of(usage, "month_hours"));
  return rating::Usage{static_cast<Int128>(peaks), static_cast<Int128>(simultaneous), static_cast<Int128>(units),
                       static_cast<UInt128>(byte_hours), static_cast<std::int64_t>(hours)};
}

/// Old documents, and contracts of a discount and a minimum, have no contract object: those two stand beside it.
Result<rating::Contract> contract_of(const Json& terms, const Currency& currency) {
  rating::Contract contract;
  if (terms.contains("contract")) {
    auto read = read_contract(part_of(terms, "contract").dump(), currency);
    if (!read) return differs("the contract: " + read.error().detail);
    contract = std::move(*read);
  }
  TRY(discount, fraction_of(terms, "discount_percent"));
  contract.discount_percent = discount;
  contract.minimum_spend.reset();
  if (terms.contains("minimum_spend")) {
    TRY(minimum, fraction_of(terms, "minimum_spend"));
    contract.minimum_spend = minimum;
  }
  return contract;
}

Result<rating::MonthInput> input_of(const Json& document, const catalog::CataloguePtr& listed) {
  const Json& terms = part_of(document, "terms");
  rating::MonthInput input;
  TRY(contract, contract_of(terms, listed->currency));
  const catalog::CataloguePtr catalogue = rating::with_contract(listed, contract);
  input.contract = std::move(contract);
  input.catalogue = catalogue;
  input.plan = catalogue->find(text_of(terms, "plan"));
  input.minimum_plan = catalogue->find(text_of(terms, "minimum_plan"));
  if (!input.plan || !input.minimum_plan) return differs("a plan is not in the catalogue");
  TRY(tax, fraction_of(terms, "tax_percent"));
  input.tax = {tax, terms.value("tax_inclusive", false)};
  TRY(credit, fraction_of(terms, "sla_credit_percent"));
  TRY_VOID(check_sla(document, *catalogue, credit));
  input.sla_credit_percent = credit;
  TRY(days, whole_of(terms, "month_days"));
  input.month_days = static_cast<int>(days);
  for (const Json& each : part_of(terms, "segments")) {
    TRY(segment_days, whole_of(each, "days"));
    const catalog::PlanPtr plan = catalogue->find(text_of(each, "plan"));
    if (!plan) return differs("a segment's plan is not in the catalogue");
    input.segments.push_back({plan, static_cast<int>(segment_days)});
  }
  TRY(usage, usage_of_document(part_of(document, "usage")));
  input.usage = rating::quantities(*catalogue, usage);
  return input;
}

}  // namespace

Result<rating::MonthInput> rated_inputs(std::string_view document, std::string_view catalogue_text) {
  const Json parsed = Json::parse(document, nullptr, false);
  if (!parsed.is_object()) return differs("the document is not JSON");
  if (text_of(parsed, "catalogue_sha256") != sha256_hex(catalogue_text)) return differs("the catalogue is another one");
  TRY(catalogue, catalog::load(catalogue_text));
  return input_of(parsed, catalogue);
}

Result<rating::Bill> replay(std::string_view document, std::string_view catalogue_text) {
  TRY(input, rated_inputs(document, catalogue_text));
  rating::Bill bill = rating::rate(input);
  std::string printed;
  rating::append_bill_json(printed, bill);
  if (document.find("," + printed + ",\"usage\":") == std::string_view::npos) {
    return differs("rating it again gives another bill");
  }
  return bill;
}

namespace {

/// Lines of the table, written like the document's.
Result<bool> lines_fit(db::Connection& connection, const StoredInvoice& invoice, const rating::Bill& bill) {
  TRY(lines, lines_of(connection, invoice.id));
  if (lines.size() != bill.lines.size()) return false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const rating::Line& line = bill.lines[i];
    const bool same = lines[i].kind == rating::line_kind_name(line.kind) && lines[i].inclusive == line.inclusive &&
                      lines[i].amount == money_text(line.amount, bill.currency) &&
                      lines[i].quantity.has_value() == line.meter.has_value() &&
                      (!line.meter || *lines[i].quantity == line.meter->quantity.to_plain());
    if (!same) return false;
  }
  return true;
}

Result<void> verify_one(db::Connection& connection, std::int64_t id) {
  TRY(found, connection.first(
                 "select account, number from invoice where id = ?",
                 [](db::Row& row) { return std::pair(row.id<AccountId>(0), row.text(1)); }, id));
  TRY(invoice, find_invoice(connection, found->first, found->second));
  if (sha256_hex(invoice->document) != invoice->sha256) return differs(invoice->number + " does not fit its hash");
  TRY(catalogue, stored_catalogue(connection, invoice->catalogue_hash));
  if (!catalogue) return differs(invoice->number + " has no catalogue");
  auto bill = replay(invoice->document, *catalogue);
  if (!bill) return Error(Errc::corrupt_record, invoice->number + ": " + bill.error().detail);
  TRY(fit, lines_fit(connection, *invoice, *bill));
  if (!fit || money_text(bill->total, bill->currency) != invoice->total) {
    return differs(invoice->number + " has other lines than its document");
  }
  return {};
}

}  // namespace

Result<std::int64_t> verify_invoices(db::Connection& connection) {
  TRY(ids, connection.all("select id from invoice order by id", [](db::Row& row) { return row.integer(0); }));
  for (const std::int64_t id : ids) TRY_VOID(verify_one(connection, id));
  TRY(gap,
      connection.first("select c.year from invoice_counter c where c.last <> (select count(*) from invoice i where "
                       "substr(i.number, 4, 4) = substr('0000' || c.year, -4)) limit 1",
                       [](db::Row& row) { return row.integer(0); }));
  if (gap) return differs("the numbers of " + std::to_string(*gap) + " have a gap");
  return static_cast<std::int64_t>(ids.size());
}

}  // namespace postage::invoice
