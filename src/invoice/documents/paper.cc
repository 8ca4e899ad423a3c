#include "invoice/documents/paper.h"

#include <algorithm>
#include <map>

#include "invoice/documents/members.h"

namespace postage::invoice {
namespace {

PaperLine read_line(const Members& from) {
  PaperLine line;
  line.kind = from.text("kind");
  line.name = from.maybe_text("name");
  line.amount = from.number("amount");
  line.inclusive = from.flag("inclusive");
  if (from.find("quantity")) {
    line.meter =
        PaperMeter{from.number("quantity"), from.number("included"), from.number("overage"), from.number("unit_price")};
  }
  return line;
}

PaperPeak read_peak(const Members& from) {
  PaperPeak peak{from.instant("at"), from.number("connections"), {}};
  from.each("listed", [&](const Members& member) {
    peak.listed.push_back({member.text("user"), member.instant("opened_at")});
  });
  return peak;
}

PaperProject read_project(const Members& from) {
  return {from.text("id"),           from.text("name"),         from.number("pcu"), from.number("messages"),
          from.number("byte_hours"), from.number("storage_gb"), std::nullopt};
}

/// Gives each piece of evidence to its project.
void read_evidence(const Members& top, Paper& paper) {
  std::map<std::string, PaperPeak> peaks;
  top.each("evidence", [&](const Members& from) { peaks.emplace(from.text("project"), read_peak(from)); });
  for (PaperProject& project : paper.projects) {
    const auto found = peaks.find(project.id);
    if (found != peaks.end()) project.peak = std::move(found->second);
  }
}

void read_terms(const Members& from, Paper& paper) {
  paper.discount_percent = from.fraction("discount_percent");
  paper.tax_percent = from.fraction("tax_percent");
  paper.sla_credit_percent = from.fraction("sla_credit_percent");
  if (from.find("minimum_spend")) paper.minimum_spend = from.fraction("minimum_spend");
  if (from.find("minimum_before_discount")) paper.minimum_spend = from.fraction("minimum_before_discount");
  if (!from.find("contract")) return;
  const Members contract = from.inside("contract");
  contract.each("bundles", [&](const Members& bundle) {
    paper.bundles.push_back(
        {bundle.shown("name"), bundle.shown("pcu"), bundle.shown("messages"), bundle.shown("storage_gb")});
  });
  if (!contract.find("volume_discount")) return;
  const Members volume = contract.inside("volume_discount");
  paper.volume_whole = volume.shown("applies") == "whole";
  volume.each("tiers", [&](const Members& tier) {
    paper.volume_tiers.push_back({tier.shown("from"), tier.shown("percent")});
  });
}

void read_head(const Members& top, Paper& paper) {
  const bool running = top.text("state") == "running";
  if (!running) paper.number = top.text("number");
  if (!running && paper.number.empty()) top.refuse("number", "must not be empty");
  paper.account = top.text("account");
  paper.account_name = top.text("account_name");
  paper.month = top.text("month");
  paper.period = {top.instant("start"), top.instant("end")};
  if (auto zone = Zone::find(top.text("zone")))
    paper.zone = *zone;
  else
    top.refuse("zone", "is not a known time zone");
  paper.at = top.instant(running ? "as_of" : "issued_at");
  paper.plan = top.text("plan");
  paper.plan_title = {paper.plan, paper.plan};
  paper.catalogue = top.text("catalogue");
  if (const Currency* currency = find_currency(top.text("currency")))
    paper.currency = *currency;
  else
    top.refuse("currency", "is not a known currency");
}

}  // namespace

Issuer read_issuer(const Members& from) {
  Issuer issuer;
  issuer.name = from.text("name");
  issuer.lines = from.texts("lines");
  issuer.tax_number = from.maybe_text("tax_number");
  issuer.bank = from.texts("bank");
  issuer.logo = from.maybe_text("logo");
  issuer.note = from.maybe_text("note");
  return issuer;
}

Rational Paper::before_tax() const {
  Rational sum;
  for (const PaperLine& each : lines) {
    if (each.kind != "tax") sum += each.amount;
  }
  return sum;
}

const PaperLine* Paper::line(std::string_view kind) const {
  const auto found = std::ranges::find(lines, kind, &PaperLine::kind);
  return found == lines.end() ? nullptr : &*found;
}

Result<Paper> read_paper(std::string_view document) {
  if (document.size() > kPaperBytesMax) return Error(Errc::corrupt_record, "invoice document: too long");
  const nlohmann::json parsed = nlohmann::json::parse(document, nullptr, false);
  if (!parsed.is_object()) return Error(Errc::corrupt_record, "invoice document: not a JSON object");
  std::optional<Error> wrong;
  const Members top(parsed, "", wrong);
  Paper paper;
  read_head(top, paper);
  top.each("lines", [&](const Members& line) { paper.lines.push_back(read_line(line)); });
  paper.total = top.number("total");
  const Members usage = top.inside("usage");
  paper.sum_of_peaks = usage.number("sum_of_peaks");
  paper.simultaneous_peak = usage.number("simultaneous_peak");
  usage.each("projects", [&](const Members& project) { paper.projects.push_back(read_project(project)); });
  read_evidence(top, paper);
  if (top.find("sla")) {
    const Members sla = top.inside("sla");
    paper.sla =
        PaperSla{sla.number("minutes"), sla.number("down"), sla.number("uptime_percent"), sla.number("target_percent")};
  }
  read_terms(top.inside("terms"), paper);
  paper.catalogue_sha256 = top.text("catalogue_sha256");
  paper.meter_key = top.maybe_text("meter_key");
  if (top.find("issuer")) paper.issuer = read_issuer(top.inside("issuer"));
  Rational sum;
  for (const PaperLine& line : paper.lines) {
    if (!line.inclusive) sum += line.amount;
  }
  if (!wrong && sum != paper.total) top.refuse("total", "is not the sum of the lines");
  if (wrong) return *wrong;
  return paper;
}

std::string price_text(const Rational& price, const Currency& currency) {
  const bool short_enough = (price * Rational(power_of_ten(currency.minor_digits))).is_whole();
  return std::string(currency.code) + " " + grouped(short_enough ? money_text(price, currency) : price.to_plain());
}

std::string money_grouped(const Rational& amount, const Currency& currency) {
  return grouped(money_text(amount, currency));
}

std::string grouped(const std::string& decimal) {
  const std::size_t first = decimal.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(decimal.find('.'), decimal.size());
  std::string out = decimal.substr(0, first);
  for (std::size_t i = first; i < point; ++i) {
    if (i != first && (point - i) % 3 == 0) out += ',';
    out += decimal[i];
  }
  return out + decimal.substr(point);
}

}  // namespace postage::invoice
