#include "invoice/rated_month.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "base/sha256.h"
#include "invoice/contract_json.h"

namespace postage::invoice {
namespace {

void text_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(out, value);
}

std::string text_of(const BigInt& value) { return value.str(); }
std::string text_of(Int128 value) { return Rational(value).to_plain(0); }
std::string text_of(UInt128 value) { return Rational(value).to_plain(0); }

std::string fraction(const Rational& value) {
  return value.is_whole() ? text_of(value.numerator())
                          : text_of(value.numerator()) + "/" + text_of(value.denominator());
}

void append_projects(std::string& out, const RatedMonth& rated) {
  out += ",\"projects\":[";
  bool first = true;
  for (const meter::ProjectUsage& each : rated.usage.projects) {
    out += first ? "{\"id\":\"" : ",{\"id\":\"";
    first = false;
    out += std::to_string(each.project.value);
    out += '"';
    text_member(out, "name", each.name);
    text_member(out, "pcu", std::to_string(each.peak));
    text_member(out, "messages", std::to_string(each.units));
    text_member(out, "byte_hours", text_of(each.byte_hours()));
    text_member(out, "storage_gb",
                rating::storage_gb(*rated.input.catalogue, each.byte_hours(), rated.usage.month_hours()).to_plain());
    out += '}';
  }
  out += ']';
}

void append_usage(std::string& out, const RatedMonth& rated) {
  out += ",\"usage\":{\"month_hours\":\"" + std::to_string(rated.usage.month_hours()) + '"';
  text_member(out, "sum_of_peaks", text_of(rated.usage.sum_of_peaks()));
  text_member(out, "simultaneous_peak", std::to_string(rated.usage.simultaneous_peak));
  text_member(out, "messages", text_of(rated.usage.message_units()));
  text_member(out, "byte_hours", text_of(rated.usage.byte_hours()));
  append_projects(out, rated);
  out += '}';
}

/// When each project's peak was reached, how many were connected, and who they were, as far as listed.
void append_evidence(std::string& out, const RatedMonth& rated) {
  if (rated.evidence.empty()) return;
  const Zone& zone = rated.input.catalogue->zone;
  const std::size_t listed_max = std::min(kListedPerProject, kListedPerInvoice / rated.evidence.size());
  out += ",\"evidence\":[";
  for (std::size_t i = 0; i < rated.evidence.size(); ++i) {
    const meter::PeakEvidence& proof = rated.evidence[i];
    out += i == 0 ? "{\"project\":\"" : ",{\"project\":\"";
    out += std::to_string(proof.project.value) + '"';
    text_member(out, "at", instant_text(proof.at, zone));
    text_member(out, "connections", std::to_string(proof.peak));
    out += ",\"listed\":[";
    for (std::size_t k = 0; k < std::min(listed_max, proof.members.size()); ++k) {
      out += k == 0 ? "{\"user\":" : ",{\"user\":";
      append_json_string(out, proof.members[k].user);
      text_member(out, "opened_at", instant_text(proof.members[k].opened_at, zone));
      out += '}';
    }
    out += "]}";
  }
  out += ']';
}

void append_terms(std::string& out, const RatedMonth& rated) {
  const rating::MonthInput& input = rated.input;
  out += ",\"terms\":{\"plan\":";
  append_json_string(out, input.plan->name);
  text_member(out, "minimum_plan", input.minimum_plan->name);
  text_member(out, "discount_percent", fraction(input.contract.discount_percent));
  if (input.contract.minimum_spend) text_member(out, "minimum_spend", fraction(*input.contract.minimum_spend));
  const bool before = input.catalogue->rules.minimum == catalog::MinimumRule::before_discount;
  const Rational minimum = input.contract.minimum_spend.value_or(input.minimum_plan->minimum_spend);
  if (before && !minimum.is_zero()) text_member(out, "minimum_before_discount", fraction(minimum));
  text_member(out, "tax_percent", fraction(input.tax.rate_percent));
  if (input.tax.inclusive) out += ",\"tax_inclusive\":true";
  if (!input.sla_credit_percent.is_zero()) text_member(out, "sla_credit_percent", fraction(input.sla_credit_percent));
  if (!input.segments.empty()) {
    out += ",\"segments\":[";
    for (std::size_t i = 0; i < input.segments.size(); ++i) {
      out += i == 0 ? "{\"plan\":" : ",{\"plan\":";
      append_json_string(out, input.segments[i].plan->name);
      text_member(out, "days", std::to_string(input.segments[i].days));
      out += '}';
    }
    out += ']';
  }
  text_member(out, "month_days", std::to_string(input.month_days));
  if (says_more(input.contract)) {
    out += ",\"contract\":" + contract_value(input.contract, input.catalogue->currency);
  }
  out += '}';
}

}  // namespace

RatedMonth rate_month(AccountFacts facts, Terms terms, meter::MonthUsage usage, Instant as_of, Sla sla) {
  rating::MonthInput input;
  const Subscription& subscription = terms.subscription;
  input.catalogue = terms.catalogue.catalogue;
  input.plan = subscription.rated_by();
  input.minimum_plan = subscription.plan();
  input.contract = terms.contract;
  input.tax = terms.tax;
  input.usage = rating::quantities(*input.catalogue, rating::usage_of(usage));
  input.sla_credit_percent = sla.credit_percent;
  input.segments = subscription.segments();
  input.month_days = subscription.month_days();
  rating::Bill bill = rating::rate(input);
  const MonthKey month = subscription.month();
  const InstantRange period = subscription.period();
  return {std::move(facts), std::move(terms), month,           period,        as_of,
          std::move(usage), std::move(input), std::move(bill), std::move(sla)};
}

Result<void> attach_evidence(const meter::UsageReader& usage, std::span<RatedMonth> months) {
  std::map<Instant, std::vector<ProjectId>> asked;
  for (const RatedMonth& month : months) {
    for (const meter::ProjectUsage& each : month.usage.projects) {
      if (each.peak > 0) asked[month.period.start].push_back(each.project);
    }
  }
  std::map<std::pair<Instant, ProjectId>, meter::PeakEvidence> known;
  for (const auto& [start, projects] : asked) {
    TRY(found, usage.peaks(projects, start, kListedPerProject));
    for (meter::PeakEvidence& proof : found) known[{start, proof.project}] = std::move(proof);
  }
  for (RatedMonth& month : months) {
    month.evidence.clear();
    for (const meter::ProjectUsage& each : month.usage.projects) {
      const auto proof = known.find({month.period.start, each.project});
      if (proof != known.end()) month.evidence.push_back(proof->second);
    }
    std::ranges::sort(month.evidence, {}, &meter::PeakEvidence::project);
  }
  return {};
}

std::string invoice_json(const RatedMonth& rated, const Issue& issue) {
  const Zone& zone = rated.input.catalogue->zone;
  std::string out = "{";
  out += issue.number.empty() ? "\"state\":\"running\"" : "\"state\":\"issued\"";
  if (!issue.number.empty()) text_member(out, "number", issue.number);
  text_member(out, "account", std::to_string(rated.facts.id.value));
  text_member(out, "account_name", rated.facts.name);
  text_member(out, "month", rated.month.text());
  text_member(out, "start", instant_text(rated.period.start, zone));
  text_member(out, "end", instant_text(rated.period.end, zone));
  text_member(out, "zone", zone.name());
  if (issue.number.empty())
    text_member(out, "as_of", instant_text(rated.as_of, zone));
  else
    text_member(out, "issued_at", instant_text(issue.at, zone));
  out += ',';
  rating::append_bill_json(out, rated.bill);
  append_usage(out, rated);
  append_terms(out, rated);
  append_sla_json(out, rated.sla, *rated.input.catalogue);
  append_evidence(out, rated);
  text_member(out, "catalogue_sha256", sha256_hex(rated.terms.catalogue.text));
  if (!issue.meter_key.empty()) text_member(out, "meter_key", issue.meter_key);
  if (issue.issuer) {
    out += ",\"issuer\":";
    append_issuer_json(out, *issue.issuer);
  }
  out += '}';
  return out;
}

std::string sha256_hex(std::string_view bytes) { return postage::sha256_hex(bytes); }

}  // namespace postage::invoice
