#include "invoice/documents/pdf.h"

#include <fmt/format.h>

#include <algorithm>

namespace postage::invoice {
namespace {

/// Connections that one project's evidence shows in the PDF, and all of them together.
constexpr std::size_t kListedPerProjectPdf = 6;
constexpr std::size_t kListedPerPdf = 300;
constexpr int kAmountWidth = 120 * kPoint;

std::string money(const Paper& paper, const Rational& amount) { return money_grouped(amount, paper.currency); }
std::string whole(const Rational& quantity) { return grouped(quantity.to_plain()); }

void draw_lines(Canvas& canvas, Flow& flow, const Paper& paper, Language language) {
  const Words& w = words(language);
  flow.begin_table({{std::string(w.item), kContentWidth - kAmountWidth, false},
                    {fmt::format("{} {}", w.amount, paper.currency.code), kAmountWidth, true}});
  for (const PaperLine& line : paper.lines) {
    if (line.kind == "tax" && !line.inclusive) {
      flow.row({{std::string(w.subtotal), ""}, {money(paper, paper.total - line.amount), ""}});
    }
    const std::string amount = money(paper, line.amount);
    flow.row({{line_title(line.kind, language), line_reason(paper, line, language)},
              {line.inclusive ? "(" + amount + ")" : amount, ""}});
  }
  flow.end_table();
  flow.move_to(flow.y() - 6 * kPoint);
  pdf_total(canvas, flow, w.total, fmt::format("{} {}", paper.currency.code, money(paper, paper.total)));
}

/// Sums of what the rows left out of the table used.
struct Rest {
  Rational pcu, messages, storage_gb;
  ProjectAmounts amounts;
};

void project_row(Flow& flow, const Paper& paper, FlowCell name, const Rest& row, bool strong = false) {
  flow.row({std::move(name),
            {whole(row.pcu), money(paper, row.amounts.pcu)},
            {whole(row.messages), money(paper, row.amounts.messages)},
            {whole(row.storage_gb), money(paper, row.amounts.storage)},
            {money(paper, row.amounts.sum()), ""}},
           strong);
}

void add(Rest& sum, const PaperProject& project, const ProjectAmounts& amounts) {
  sum.pcu += project.pcu;
  sum.messages += project.messages;
  sum.storage_gb += project.storage_gb;
  sum.amounts.pcu += amounts.pcu;
  sum.amounts.messages += amounts.messages;
  sum.amounts.storage += amounts.storage;
}

void draw_projects(Flow& flow, const Paper& paper, Language language) {
  if (paper.projects.empty()) return;
  const Words& w = words(language);
  flow.heading(w.usage_by_project);
  const int number = 88 * kPoint;
  flow.begin_table({{std::string(w.project), kContentWidth - 4 * number, false},
                    {std::string(w.pcu), number, true},
                    {std::string(w.messages), number, true},
                    {std::string(w.storage), number, true},
                    {fmt::format("{} {}", w.usage_amount, paper.currency.code), number, true}});
  const std::vector<ProjectAmounts> amounts = project_amounts(paper);
  Rest all, left;
  for (std::size_t i = 0; i < paper.projects.size(); ++i) {
    const PaperProject& project = paper.projects[i];
    add(all, project, amounts[i]);
    if (i < kPdfProjects) {
      const bool roomy = paper.projects.size() <= kPdfRoomy;
      project_row(flow, paper, {project.name, roomy ? project.id : std::string()},
                  {project.pcu, project.messages, project.storage_gb, amounts[i]});
    } else {
      add(left, project, amounts[i]);
    }
  }
  if (paper.projects.size() > kPdfProjects) {
    const std::string more = fmt::format(fmt::runtime(w.and_more), paper.projects.size() - kPdfProjects);
    project_row(flow, paper, {more, "CSV, XLSX"}, left);
  }
  project_row(flow, paper, {std::string(w.sum), ""}, all, true);
  flow.end_table();
  flow.paragraph(fmt::format("{} {}", paper_peak_note(paper, language), w.split_note), {.tenths = 78, .color = kGray});
}

/// "ann (since 10:02:11.000), bob (since 2026-01-14 09:12:00.000), and 499 more".
std::string members_text(const Paper& paper, const PaperPeak& peak, std::size_t most, Language language) {
  const Words& w = words(language);
  const std::string day = moment_text(peak.at, paper.zone).substr(0, 10);
  std::string out;
  const std::size_t shown = std::min(most, peak.listed.size());
  for (std::size_t i = 0; i < shown; ++i) {
    std::string since = moment_text(peak.listed[i].opened_at, paper.zone);
    if (since.starts_with(day)) since = since.substr(11);
    out += fmt::format("{}{} ({} {})", i == 0 ? "" : ", ", peak.listed[i].user, w.since,
                       since.substr(0, since.size() - 4));
  }
  const Rational more = peak.connections - Rational(static_cast<std::int64_t>(shown));
  if (shown == 0) return fmt::format("{} {}", whole(peak.connections), w.not_listed);
  if (more > Rational(0)) out += ", " + fmt::format(fmt::runtime(w.more_connections), whole(more));
  return out;
}

void draw_evidence(Flow& flow, const Paper& paper, Language language) {
  const Words& w = words(language);
  const auto proved =
      std::ranges::count_if(paper.projects, [](const PaperProject& each) { return each.peak.has_value(); });
  if (proved == 0) return;
  flow.heading(w.peak_evidence);
  flow.paragraph(w.evidence_note, {.tenths = 78, .color = kGray});
  const int name = 110 * kPoint, at = 118 * kPoint, number = 72 * kPoint;
  flow.begin_table({{std::string(w.project), name, false},
                    {fmt::format("{} ({})", w.reached, paper.zone.name()), at, false},
                    {std::string(w.connections), number, true},
                    {std::string(w.connected), kContentWidth - name - at - number, false}});
  std::vector<const PaperProject*> shown;
  for (const PaperProject& project : paper.projects) {
    if (project.peak) shown.push_back(&project);
  }
  if (shown.size() > kPdfRoomy) {
    std::ranges::stable_sort(shown, [](const PaperProject* a, const PaperProject* b) {
      return a->peak->connections > b->peak->connections;
    });
    shown.resize(kPdfRoomy);
  }
  const std::size_t most = std::min(kListedPerProjectPdf, kListedPerPdf / shown.size());
  for (const PaperProject* project : shown) {
    flow.row({{project->name, ""},
              {moment_text(project->peak->at, paper.zone), ""},
              {whole(project->peak->connections), ""},
              {"", members_text(paper, *project->peak, most, language)}});
  }
  if (static_cast<std::size_t>(proved) > shown.size()) {
    const std::string more = fmt::format(fmt::runtime(w.and_more), static_cast<std::size_t>(proved) - shown.size());
    flow.row({{more, ""}, {"JSON", ""}, {"", ""}, {"", ""}});
  }
  flow.end_table();
}

void draw_proof(Flow& flow, const Paper& paper, Language language) {
  const Words& w = words(language);
  flow.heading(w.proof);
  std::vector<std::pair<std::string, std::string>> rows;
  if (!paper.sha256.empty()) rows.emplace_back(std::string(w.sha256), paper.sha256);
  rows.emplace_back(std::string(w.price_list_hash), paper.catalogue_sha256);
  if (!paper.meter_key.empty()) rows.emplace_back(std::string(w.meter_key), paper.meter_key);
  flow.pairs(rows, kMargin, kContentWidth, 140 * kPoint);
  flow.space(2);
  flow.paragraph(paper_verify_note(paper, language), {.tenths = 80, .color = kGray});
}

}  // namespace

Result<std::string> paper_pdf(const Paper& paper, Language language) {
  const Words& w = words(language);
  const Issuer issuer = paper.issuer.value_or(Issuer{});
  const std::string_view title = paper_title(paper, language);
  const std::string number = paper.running() ? paper.month : paper.number;
  TRY(canvas, pdf_canvas(fmt::format("{} {}", title, number), issuer, language, paper.at));
  Flow flow(canvas, fmt::format("{} {}  ·  {}", title, number, paper.account_name));
  if (paper.running()) canvas.watermark(std::string(w.draft));
  if (paper.voided) canvas.watermark(std::string(w.voided));
  pdf_head(canvas, flow, issuer, title, number, paper_facts(paper, language));
  pdf_recipient(canvas, flow, w.bill_to, paper.account_name);
  if (const std::string warning = paper_warning(paper, language); !warning.empty()) flow.notice(warning);
  draw_lines(canvas, flow, paper, language);
  pdf_payment(flow, issuer, language);
  draw_projects(flow, paper, language);
  draw_evidence(flow, paper, language);
  draw_proof(flow, paper, language);
  return pdf_finish(canvas, issuer, number, language);
}

}  // namespace postage::invoice
