// `postage verify FILE`: a bundle recomputed, line by line, with nothing but its bytes.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/verify_targets.h"
#include "invoice/bundle/verify_bundle.h"
#include "meter/seal_key.h"

namespace postage::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kPart = std::size_t(1) << 20;

Result<invoice::ByteGiver> parts_of(const std::string& path) {
  const std::shared_ptr<std::FILE> file(std::fopen(path.c_str(), "rbe"), [](std::FILE* each) {
    if (each != nullptr) std::fclose(each);
  });
  if (!file) return Error(Errc::not_found, path + ": cannot be read");
  return invoice::ByteGiver([file, path]() -> Result<std::string> {
    std::string bytes(kPart, '\0');
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
    if (bytes.empty() && std::ferror(file.get()) != 0) return Error(Errc::store_failed, path + ": cannot be read");
    return bytes;
  });
}

Json month_json(const invoice::CheckedMonth& month) {
  Json lines = Json::array();
  for (const rating::Line& line : month.bill.lines) {
    std::string text;
    rating::append_line_json(text, line, month.bill.currency);
    lines.push_back(Json::parse(text, nullptr, false));
  }
  Json uncovered = Json::array();
  for (const invoice::UncoveredDay& day : month.uncovered) {
    uncovered.push_back({{"date", day.date}, {"covered_minutes", day.covered_minutes}, {"due_minutes", day.due_minutes}});
  }
  Json credits = Json::array();
  for (const invoice::CheckedCredit& each : month.credits) {
    credits.push_back({{"number", each.number}, {"kind", each.voids ? "void" : "partial"}, {"total", each.total}, {"left", each.left}});
  }
  return {{"month", month.month.text()},
          {"number", month.number.empty() ? Json() : Json(month.number)},
          {"as_of", month.as_of.empty() ? Json() : Json(month.as_of)},
          {"plan", month.bill.plan},
          {"catalogue", month.bill.catalogue},
          {"currency", std::string(month.bill.currency.code)},
          {"lines", std::move(lines)},
          {"total", money_text(month.bill.total, month.bill.currency)},
          {"document_sha256", month.sha256},
          {"catalogue_sha256", month.catalogue_sha256},
          {"hours", month.hours},
          {"values", month.values},
          {"stated", month.stated},
          {"covered_minutes", month.covered_minutes},
          {"due_minutes", month.due_minutes},
          {"uncovered", std::move(uncovered)},
          {"credit_notes", std::move(credits)}};
}

void print_json(const invoice::BundleReport& report) {
  Json months = Json::array();
  for (const invoice::CheckedMonth& month : report.months) months.push_back(month_json(month));
  Json finding;
  if (report.finding) {
    finding = {{"line", report.finding->line}, {"kind", report.finding->kind}, {"what", report.finding->what}};
  }
  const Json out = {{"valid", report.ok()},
                    {"finding", std::move(finding)},
                    {"account", std::to_string(report.head.account.value)},
                    {"account_name", report.head.account_name},
                    {"node", report.head.node},
                    {"key_sha256", report.fingerprint},
                    {"key_given", report.trusted},
                    {"bundle_sha256", report.chain_head},
                    {"lines", report.lines},
                    {"bytes", report.bytes},
                    {"months", std::move(months)},
                    {"notes", report.notes}};
  fmt::print("{}\n", out.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void print_month(const invoice::CheckedMonth& month) {
  const rating::Bill& bill = month.bill;
  fmt::print("\n{}: {}, plan {} of {}\n", month.month.text(),
             month.number.empty() ? "running bill as of " + month.as_of : "invoice " + month.number, bill.plan,
             bill.catalogue);
  for (const rating::Line& line : bill.lines) {
    const auto part = [&](Rational rating::MeterPart::* member) {
      return line.meter ? ((*line.meter).*member).to_plain() : std::string();
    };
    fmt::print("  {:<10} {:>22} {:>16} {:>22} {:>12} {:>18}\n", rating::line_kind_name(line.kind),
               part(&rating::MeterPart::quantity), part(&rating::MeterPart::included), part(&rating::MeterPart::overage),
               part(&rating::MeterPart::unit_price), money_text(line.amount, bill.currency));
  }
  fmt::print("  {:<10} {:>94} {}\n", "total", money_text(bill.total, bill.currency), bill.currency.code);
  for (const invoice::CheckedCredit& each : month.credits) {
    fmt::print("  credit note {} ({}) {} {}: {} left of the invoice\n", each.number, each.voids ? "void" : "partial",
               each.total, bill.currency.code, each.left);
  }
  fmt::print("  document  sha256 {}\n  catalogue sha256 {}\n", month.sha256, month.catalogue_sha256);
  fmt::print("  proven: {} values in {} sealed hours; the meter was alive in {} of {} minutes\n", month.values, month.hours,
             month.covered_minutes, month.due_minutes);
  for (const invoice::UncoveredDay& day : month.uncovered) {
    fmt::print("    {}: {} of {} minutes\n", day.date, day.covered_minutes, day.due_minutes);
  }
  if (month.stated) fmt::print("  usage of hours that have not ended is stated by the server, not proven yet\n");
}

void print_text(const invoice::BundleReport& report) {
  fmt::print("account {} ({}), node {}\nkey sha256 {}{}\n", report.head.account.value, report.head.account_name,
             report.head.node, report.fingerprint,
             report.trusted ? ", the one given" : ": compare it with the server's, or give it with --key");
  for (const invoice::CheckedMonth& month : report.months) print_month(month);
  if (report.ok()) fmt::print("\nevery record holds: {} lines, {} bytes, sha256 {}\n", report.lines, report.bytes, report.chain_head);
  else fmt::print("\n{}\n", report.finding->text());
}

}  // namespace

Result<bool> verify_bundle_file(const std::string& path, const std::string& key_file, bool json) {
  std::optional<meter::SealKey> key;
  if (!key_file.empty()) {
    TRY(given, meter::SealKey::from_public_file(key_file));
    key.emplace(std::move(given));
  }
  TRY(give, parts_of(path));
  TRY(report, invoice::verify_bundle(std::move(give), key ? &*key : nullptr));
  if (json) print_json(report);
  else print_text(report);
  return report.ok();
}

}  // namespace postage::app
