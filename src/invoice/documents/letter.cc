#include "invoice/documents/letter.h"

#include <fmt/format.h>

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
  text.append(used < width ? width - used : 1, ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return used < width ? std::string(width - used, ' ') + text : " " + text;
}

std::string money(const Paper& paper, const Rational& amount) { return money_grouped(amount, paper.currency); }

std::string whole(const Rational& quantity) { return grouped(quantity.to_plain()); }

std::string text_projects(const Paper& paper, Language language) {
  const Words& w = words(language);
  std::string out = fmt::format("\n{}\n", w.usage_by_project);
  out += left(std::string(w.project), 26) + right(std::string(w.pcu), 18) + right(std::string(w.messages), 18) +
         right(std::string(w.storage), 18) + right(std::string(w.usage_amount), 18) + "\n";
  const std::vector<ProjectAmounts> amounts = project_amounts(paper);
  for (std::size_t i = 0; i < paper.projects.size(); ++i) {
    const PaperProject& each = paper.projects[i];
    out += left(each.name, 26) + right(whole(each.pcu), 18) + right(whole(each.messages), 18) +
           right(whole(each.storage_gb), 18) + right(money(paper, amounts[i].sum()), 18) + "\n";
  }
  return out;
}

std::string html_lines(const Paper& paper, Language language) {
  const Words& w = words(language);
  std::string out =
      fmt::format("<table class=\"lines\"><thead><tr><th>{}</th><th class=\"n\">{} {}</th></tr></thead><tbody>\n",
                  w.item, w.amount, paper.currency.code);
  for (const PaperLine& line : paper.lines) {
    const std::string amount = money(paper, line.amount);
    out +=
        fmt::format("<tr><td>{}<small>{}</small></td><td class=\"n\">{}</td></tr>\n",
                    markup_escaped(line_title(line.kind, language)), markup_escaped(line_reason(paper, line, language)),
                    line.inclusive ? "(" + amount + ")" : amount);
  }
  out += fmt::format("</tbody><tfoot><tr><th>{}</th><th class=\"n\">{}</th></tr></tfoot></table>\n", w.total,
                     money(paper, paper.total));
  return out;
}

std::string html_projects(const Paper& paper, Language language) {
  const Words& w = words(language);
  std::string out = fmt::format(
      "<h2>{}</h2>\n<table><thead><tr><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th>"
      "<th class=\"n\">{}</th><th class=\"n\">{}</th></tr></thead><tbody>\n",
      w.usage_by_project, w.project, w.pcu, w.messages, w.storage, w.usage_amount);
  const std::vector<ProjectAmounts> amounts = project_amounts(paper);
  for (std::size_t i = 0; i < paper.projects.size(); ++i) {
    const PaperProject& each = paper.projects[i];
    out += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
        "class=\"n\">{}</td></tr>\n",
        markup_escaped(each.name), whole(each.pcu), whole(each.messages), whole(each.storage_gb),
        money(paper, amounts[i].sum()));
  }
  return out + "</tbody></table>\n";
}

std::string html_evidence(const Paper& paper, Language language) {
  const Words& w = words(language);
  std::string rows;
  for (const PaperProject& each : paper.projects) {
    if (!each.peak) continue;
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td></tr>\n", markup_escaped(each.name),
                        moment_text(each.peak->at, paper.zone), whole(each.peak->connections));
  }
  if (rows.empty()) return rows;
  return fmt::format(
             "<h2>{}</h2>\n<table><thead><tr><th>{}</th><th>{}</th><th "
             "class=\"n\">{}</th></tr></thead><tbody>\n",
             w.peak_evidence, w.project, w.reached, w.connections) +
         rows + "</tbody></table>\n";
}

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,\"Noto Sans SC\",sans-serif;color:#1a1d21;max-width:46rem;margin:2.5rem "
    "auto;padding:0 1.5rem}"
    "header{display:flex;justify-content:space-between;gap:2rem;border-bottom:2px solid #1a1d21;padding-bottom:1rem}"
    "header p{margin:0;color:#555c66;text-align:right}h1{font-size:1.6rem;margin:1.5rem 0 "
    ".75rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}"
    ".warn{background:#fff4e0;border-left:4px solid #d98200;padding:.6rem 1rem}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.5rem;margin:0 0 "
    "1.5rem}dt{color:#555c66}dd{margin:0}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.45rem 0;text-align:left;border-bottom:1px solid "
    "#dde1e6;vertical-align:top}"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-left:1.5rem}small{display:block;"
    "color:#555c66}"
    "tfoot th{border-bottom:0;border-top:2px solid "
    "#1a1d21;font-size:1.15rem}footer{margin-top:2rem;color:#555c66;font-size:.85rem;overflow-wrap:anywhere}"
    "@media print{body{margin:0 auto}}";

}  // namespace

std::string markup_escaped(std::string_view text) {
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

std::vector<Fact> paper_facts(const Paper& paper, Language language) {
  const Words& w = words(language);
  std::vector<Fact> facts;
  if (!paper.running()) facts.push_back({w.number, paper.number});
  if (paper.running())
    facts.push_back({w.as_of, moment_text(paper.at, paper.zone)});
  else
    facts.push_back({w.issued, instant_text(paper.at, paper.zone).substr(0, 10)});
  facts.push_back({w.account, fmt::format("{} ({})", paper.account_name, paper.account)});
  facts.push_back({w.month, paper.month});
  facts.push_back({w.period, period_text(paper)});
  facts.push_back({w.plan, language == Language::zh ? paper.plan_title.zh : paper.plan_title.en});
  facts.push_back({w.catalogue, paper.catalogue});
  facts.push_back({w.currency, fmt::format("{}, {}", paper.currency.code, tax_text(paper, language))});
  return facts;
}

std::string_view paper_title(const Paper& paper, Language language) {
  return paper.running() ? words(language).running_bill : words(language).invoice;
}

std::string paper_warning(const Paper& paper, Language language) {
  const Words& w = words(language);
  if (paper.running()) return std::string(w.draft_note);
  std::string numbers;
  for (const PaperCredit& each : paper.credits) {
    numbers += fmt::format("{}{} ({} {})", numbers.empty() ? "" : ", ", each.number, paper.currency.code,
                           money(paper, each.total));
  }
  if (numbers.empty()) return {};
  return fmt::format(fmt::runtime(paper.voided ? w.void_note : w.credited_note), numbers);
}

std::string_view paper_peak_note(const Paper& paper, Language language) {
  const PaperLine* line = paper.line("pcu");
  const bool summed = !line || !line->meter || line->meter->quantity == paper.sum_of_peaks;
  return summed ? words(language).peak_note : words(language).peak_note_simultaneous;
}

std::string paper_verify_note(const Paper& paper, Language language) {
  const Words& w = words(language);
  if (paper.running()) return std::string(w.verify_note);
  return fmt::format("{} {}", w.verify_note, fmt::format(fmt::runtime(w.verify_bytes), paper.account, paper.number));
}

std::string paper_text(const Paper& paper, Language language) {
  const Words& w = words(language);
  const Issuer issuer = paper.issuer.value_or(Issuer{});
  std::string out = issuer.name + "\n";
  for (const std::string& line : issuer.lines) out += line + "\n";
  out += fmt::format("\n{}\n\n", paper_title(paper, language));
  for (const Fact& fact : paper_facts(paper, language)) out += left(std::string(fact.name), 12) + fact.value + "\n";
  if (const std::string warning = paper_warning(paper, language); !warning.empty()) out += "\n" + warning + "\n";
  out += "\n" + left(std::string(w.item), 60) + right(fmt::format("{} {}", w.amount, paper.currency.code), 20) + "\n";
  for (const PaperLine& line : paper.lines) {
    const std::string amount = money(paper, line.amount);
    out += left(line_title(line.kind, language), 60) + right(line.inclusive ? "(" + amount + ")" : amount, 20) + "\n";
    if (const std::string reason = line_reason(paper, line, language); !reason.empty()) out += "  " + reason + "\n";
  }
  out += left(std::string(w.total), 60) + right(money(paper, paper.total), 20) + "\n";
  out += text_projects(paper, language);
  out += fmt::format("\n{}\n{}\n", paper_peak_note(paper, language), paper_verify_note(paper, language));
  if (!paper.sha256.empty()) out += fmt::format("{}: {}\n", w.sha256, paper.sha256);
  return out;
}

std::string html_page(std::string_view title, Language language, const std::string& body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>{}</title><style>{}</style></head><body>\n{}</body></"
      "html>\n",
      language == Language::zh ? "zh-CN" : "en", markup_escaped(title), kStyle, body);
}

std::string html_letterhead(const Issuer& issuer) {
  std::string out = fmt::format("<header><strong>{}</strong><p>", markup_escaped(issuer.name));
  for (const std::string& line : issuer.lines) out += markup_escaped(line) + "<br>";
  return out + "</p></header>\n";
}

std::string paper_html(const Paper& paper, Language language) {
  const Words& w = words(language);
  const std::string_view kind = paper_title(paper, language);
  std::string body = html_letterhead(paper.issuer.value_or(Issuer{}));
  body += fmt::format("<h1>{}</h1>\n", kind);
  if (const std::string warning = paper_warning(paper, language); !warning.empty()) {
    body += fmt::format("<p class=\"warn\">{}</p>\n", markup_escaped(warning));
  }
  body += "<dl>\n";
  for (const Fact& fact : paper_facts(paper, language)) {
    body += fmt::format("<dt>{}</dt><dd>{}</dd>\n", fact.name, markup_escaped(fact.value));
  }
  body += "</dl>\n" + html_lines(paper, language) + html_projects(paper, language) + html_evidence(paper, language);
  body += fmt::format("<footer><p>{} {}</p>", paper_peak_note(paper, language),
                      markup_escaped(paper_verify_note(paper, language)));
  if (!paper.sha256.empty()) body += fmt::format("<p>{}: {}</p>", w.sha256, paper.sha256);
  body += "</footer>\n";
  return html_page(fmt::format("{} {}", kind, paper.running() ? paper.month : paper.number), language, body);
}

}  // namespace postage::invoice
