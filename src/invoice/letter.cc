#include "invoice/letter.h"

#include <fmt/format.h>

#include "invoice/letter_words.h"

namespace postage::invoice {
namespace {

/// Columns that a text takes on a terminal: Chinese characters take two.
std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) count += byte >= 0xE0 ? 2 : 1;
  }
  return count;
}

std::string left(std::string text, std::size_t width) {
  const std::size_t used = columns(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return used < width ? std::string(width - used, ' ') + text : text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string money(const RatedMonth& rated, const Rational& amount) {
  return grouped(money_text(amount, rated.bill.currency));
}

struct Fact {
  std::string_view name;
  std::string value;
};

/// What stands above the lines, in order.
std::vector<Fact> facts_of(const RatedMonth& rated, const Issue& issue, Language language) {
  const Words& w = words(language);
  const Zone& zone = rated.input.catalogue->zone;
  std::vector<Fact> facts;
  if (!issue.number.empty()) facts.push_back({w.number, issue.number});
  facts.push_back({w.account, fmt::format("{} ({})", rated.facts.name, rated.facts.id.value)});
  facts.push_back({w.month, rated.month.text()});
  facts.push_back({w.period, fmt::format("{} - {} {}", instant_text(rated.period.start, zone).substr(0, 16),
                                         instant_text(rated.period.end, zone).substr(0, 16), zone.name())});
  if (issue.number.empty())
    facts.push_back({w.as_of, instant_text(rated.as_of, zone)});
  else
    facts.push_back({w.issued, instant_text(issue.at, zone).substr(0, 10)});
  facts.push_back({w.plan, rated.bill.plan});
  facts.push_back({w.catalogue, rated.bill.catalogue});
  return facts;
}

std::string gb_of(const RatedMonth& rated, const meter::ProjectUsage& project) {
  return grouped(
      rating::storage_gb(*rated.input.catalogue, project.byte_hours(), rated.usage.month_hours()).to_plain());
}

}  // namespace

Language language_of(std::string_view locale) { return locale.starts_with("zh") ? Language::zh : Language::en; }

std::string invoice_text(const RatedMonth& rated, const Issue& issue, Language language, const Letterhead& head) {
  const Words& w = words(language);
  std::string out = head.name + "\n";
  for (const std::string& line : head.lines) out += line + "\n";
  out += fmt::format("\n{}\n\n", issue.number.empty() ? w.running_bill : w.invoice);
  for (const Fact& fact : facts_of(rated, issue, language)) {
    out += left(std::string(fact.name), 12) + fact.value + "\n";
  }
  const std::string currency(rated.bill.currency.code);
  out += "\n" + left(std::string(w.item), 60) + right(fmt::format("{} {}", w.amount, currency), 20) + "\n";
  for (const rating::Line& line : rated.bill.lines) {
    out += left(std::string(line_title(line.kind, language)), 60) + right(money(rated, line.amount), 20) + "\n";
    if (const std::string reason = line_reason(rated, line, language); !reason.empty()) out += "  " + reason + "\n";
  }
  out += left(std::string(w.total), 60) + right(money(rated, rated.bill.total), 20) + "\n";
  out += fmt::format("\n{}\n", w.usage_by_project);
  out += left(std::string(w.project), 30) + right(std::string(w.pcu), 18) + right(std::string(w.messages), 18) +
         right(std::string(w.storage), 18) + "\n";
  for (const meter::ProjectUsage& each : rated.usage.projects) {
    out += left(each.name, 30) + right(grouped(std::to_string(each.peak)), 18) +
           right(grouped(std::to_string(each.units)), 18) + right(gb_of(rated, each), 18) + "\n";
  }
  out += fmt::format("\n{}\n{}\n", w.peak_note, w.verify_note);
  return out;
}

namespace {

std::string html_lines(const RatedMonth& rated, Language language) {
  const Words& w = words(language);
  std::string out =
      fmt::format("<table class=\"lines\"><thead><tr><th>{}</th><th class=\"n\">{} {}</th></tr></thead><tbody>\n",
                  w.item, w.amount, rated.bill.currency.code);
  for (const rating::Line& line : rated.bill.lines) {
    out +=
        fmt::format("<tr><td>{}<small>{}</small></td><td class=\"n\">{}</td></tr>\n", line_title(line.kind, language),
                    escaped(line_reason(rated, line, language)), money(rated, line.amount));
  }
  out += fmt::format("</tbody><tfoot><tr><th>{}</th><th class=\"n\">{}</th></tr></tfoot></table>\n", w.total,
                     money(rated, rated.bill.total));
  return out;
}

std::string html_projects(const RatedMonth& rated, Language language) {
  const Words& w = words(language);
  std::string out = fmt::format(
      "<h2>{}</h2>\n<table><thead><tr><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th>"
      "<th class=\"n\">{}</th></tr></thead><tbody>\n",
      w.usage_by_project, w.project, w.pcu, w.messages, w.storage);
  for (const meter::ProjectUsage& each : rated.usage.projects) {
    out += fmt::format("<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                       escaped(each.name), grouped(std::to_string(each.peak)), grouped(std::to_string(each.units)),
                       gb_of(rated, each));
  }
  return out + "</tbody></table>\n";
}

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,\"Noto Sans SC\",sans-serif;color:#1a1d21;max-width:46rem;margin:2.5rem "
    "auto;padding:0 1.5rem}"
    "header{display:flex;justify-content:space-between;gap:2rem;border-bottom:2px solid #1a1d21;padding-bottom:1rem}"
    "header p{margin:0;color:#555c66;text-align:right}h1{font-size:1.6rem;margin:1.5rem 0 "
    ".75rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.5rem;margin:0 0 "
    "1.5rem}dt{color:#555c66}dd{margin:0}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.45rem 0;text-align:left;border-bottom:1px solid "
    "#dde1e6;vertical-align:top}"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-left:1.5rem}small{display:block;"
    "color:#555c66}"
    "tfoot th{border-bottom:0;border-top:2px solid "
    "#1a1d21;font-size:1.15rem}footer{margin-top:2rem;color:#555c66;font-size:.85rem}"
    "@media print{body{margin:0 auto}}";

}  // namespace

std::string invoice_html(const RatedMonth& rated, const Issue& issue, Language language, const Letterhead& head) {
  const Words& w = words(language);
  const std::string_view kind = issue.number.empty() ? w.running_bill : w.invoice;
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>{} {}</title><style>{}</style></head><body>\n",
      language == Language::zh ? "zh-CN" : "en", kind,
      escaped(issue.number.empty() ? rated.month.text() : issue.number), kStyle);
  out += fmt::format("<header><strong>{}</strong><p>", escaped(head.name));
  for (const std::string& line : head.lines) out += escaped(line) + "<br>";
  out += fmt::format("</p></header>\n<h1>{}</h1>\n<dl>\n", kind);
  for (const Fact& fact : facts_of(rated, issue, language)) {
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", fact.name, escaped(fact.value));
  }
  out += "</dl>\n" + html_lines(rated, language) + html_projects(rated, language);
  out += fmt::format("<footer><p>{} {}</p></footer>\n</body></html>\n", w.peak_note, w.verify_note);
  return out;
}

}  // namespace postage::invoice
