#include "invoice/documents/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/csv.h"
#include "base/log.h"
#include "rating/split.h"

namespace postage::invoice {
namespace {

/// The amount of a metered line, 0 when the bill has none.
Rational amount_of(const Paper& paper, std::string_view kind) {
  const PaperLine* line = paper.line(kind);
  return line && !line->inclusive ? line->amount : Rational();
}

/// The parts of a line by `weights`; nothing where all weights are 0.
std::vector<Rational> parts_of(const Paper& paper, std::string_view kind, const std::vector<Rational>& weights) {
  Rational all;
  for (const Rational& weight : weights) all += weight;
  if (all.is_zero()) return std::vector<Rational>(weights.size());
  return rating::split(amount_of(paper, kind), weights, paper.currency);
}

template <class Item, class Member>
std::vector<Rational> weights_of(const std::vector<Item>& items, Member member) {
  std::vector<Rational> weights;
  weights.reserve(items.size());
  for (const Item& each : items) weights.push_back(each.*member);
  return weights;
}

/// Adds the last row: sums of the money columns.
void add_sums(Table& table, const Paper& paper, Language language) {
  table.sums.assign(table.columns.size(), "");
  table.sums[0] = words(language).sum;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    if (table.columns[column].kind != CellKind::money) continue;
    Rational sum;
    for (const auto& row : table.rows) {
      if (!row[column].empty()) sum += parse_decimal(row[column]).value().value;
    }
    table.sums[column] = money_text(sum, paper.currency);
  }
}

}  // namespace

std::vector<ProjectAmounts> project_amounts(const Paper& paper) {
  const auto pcu = parts_of(paper, "pcu", weights_of(paper.projects, &PaperProject::pcu));
  const auto messages = parts_of(paper, "messages", weights_of(paper.projects, &PaperProject::messages));
  const auto storage = parts_of(paper, "storage", weights_of(paper.projects, &PaperProject::byte_hours));
  std::vector<ProjectAmounts> amounts;
  amounts.reserve(paper.projects.size());
  for (std::size_t i = 0; i < paper.projects.size(); ++i) amounts.push_back({pcu[i], messages[i], storage[i]});
  return amounts;
}

Table lines_table(const Paper& paper, Language language) {
  const Words& w = words(language);
  const bool zh = language == Language::zh;
  Table table{"lines", std::string(paper.running() ? w.running_bill : w.invoice), {}, {}, {}};
  table.columns = {{"kind", std::string(w.line), CellKind::text},
                   {"quantity", zh ? "用量" : "Quantity", CellKind::number},
                   {"included", zh ? "套餐包含" : "Included", CellKind::number},
                   {"overage", zh ? "超出" : "Overage", CellKind::number},
                   {"unit_price", zh ? "单价" : "Unit price", CellKind::number},
                   {"amount", std::string(w.amount), CellKind::money},
                   {"currency", std::string(w.currency), CellKind::text},
                   {"included_tax", zh ? "其中税额" : "Included tax", CellKind::aside},
                   {"item", std::string(w.item), CellKind::text},
                   {"explanation", zh ? "说明" : "Explanation", CellKind::text}};
  for (const PaperLine& line : paper.lines) {
    std::vector<std::string> row{line.kind};
    if (line.meter) {
      row.insert(row.end(), {line.meter->quantity.to_plain(), line.meter->included.to_plain(),
                             line.meter->overage.to_plain(), line.meter->unit_price.to_plain()});
    } else {
      row.insert(row.end(), 4, "");
    }
    const std::string amount = money_text(line.amount, paper.currency);
    row.push_back(line.inclusive ? "" : amount);
    row.emplace_back(paper.currency.code);
    row.push_back(line.inclusive ? amount : "");
    row.push_back(line_title(line.kind, language));
    row.push_back(line_reason(paper, line, language));
    table.rows.push_back(std::move(row));
  }
  add_sums(table, paper, language);
  table.sums[0] = "total";
  table.sums[6] = std::string(paper.currency.code);
  table.sums[8] = w.total;
  return table;
}

Table words_first(Table table) {
  const auto turn = [](auto& cells) { std::rotate(cells.begin(), cells.end() - 2, cells.end()); };
  turn(table.columns);
  for (auto& row : table.rows) turn(row);
  turn(table.sums);
  return table;
}

Table projects_table(const Paper& paper, Language language) {
  const Words& w = words(language);
  const bool zh = language == Language::zh;
  Table table{"projects", std::string(w.usage_by_project), {}, {}, {}};
  table.columns = {{"project", zh ? "项目 ID" : "Project ID", CellKind::text},
                   {"name", std::string(w.project), CellKind::text},
                   {"pcu", std::string(w.pcu), CellKind::number},
                   {"peak_at", std::string(w.reached), CellKind::text},
                   {"messages", std::string(w.messages), CellKind::number},
                   {"storage_gb", std::string(w.storage), CellKind::number},
                   {"pcu_amount", line_title("pcu", language), CellKind::money},
                   {"messages_amount", line_title("messages", language), CellKind::money},
                   {"storage_amount", line_title("storage", language), CellKind::money},
                   {"amount", std::string(w.amount), CellKind::money}};
  const std::vector<ProjectAmounts> amounts = project_amounts(paper);
  Rational shown;
  for (std::size_t i = 0; i < paper.projects.size(); ++i) {
    const PaperProject& project = paper.projects[i];
    shown += amounts[i].sum();
    table.rows.push_back({project.id, project.name, project.pcu.to_plain(),
                          project.peak ? moment_text(project.peak->at, paper.zone) : "", project.messages.to_plain(),
                          project.storage_gb.to_plain(), money_text(amounts[i].pcu, paper.currency),
                          money_text(amounts[i].messages, paper.currency),
                          money_text(amounts[i].storage, paper.currency),
                          money_text(amounts[i].sum(), paper.currency)});
  }
  std::vector<std::string> rest(table.columns.size());
  rest[1] = w.other_lines;
  rest.back() = money_text(paper.total - shown, paper.currency);
  table.rows.push_back(std::move(rest));
  add_sums(table, paper, language);
  return table;
}

Table days_table(const Paper& paper, const std::vector<DayUsage>& days, Language language) {
  const Words& w = words(language);
  Table table{"days", std::string(w.days_note), {}, {}, {}};
  table.columns = {
      {"date", std::string(w.day), CellKind::text},
      {"connections", std::string(w.highest), CellKind::number},
      {"messages", std::string(w.messages), CellKind::number},
      {"byte_hours", language == Language::zh ? "存储（字节·小时）" : "Storage, byte-hours", CellKind::number},
      {"messages_amount", line_title("messages", language), CellKind::money},
      {"storage_amount", line_title("storage", language), CellKind::money}};
  DayUsage rest{std::string(w.rest_of_month), {}, {}, {}};
  for (const PaperProject& project : paper.projects) {
    rest.messages += project.messages;
    rest.byte_hours += project.byte_hours;
  }
  for (const DayUsage& day : days) {
    rest.messages -= day.messages;
    rest.byte_hours -= day.byte_hours;
  }
  const bool fits = rest.messages.is_zero() && rest.byte_hours.is_zero();
  const bool splits = !rest.messages.is_negative() && !rest.byte_hours.is_negative();
  std::vector<DayUsage> all = days;
  if (!fits || all.empty()) all.push_back(rest);
  const std::vector<Rational> nothing(all.size());
  const auto messages = splits ? parts_of(paper, "messages", weights_of(all, &DayUsage::messages)) : nothing;
  const auto storage = splits ? parts_of(paper, "storage", weights_of(all, &DayUsage::byte_hours)) : nothing;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_day = i < days.size();
    table.rows.push_back({all[i].date, is_day ? all[i].connections.to_plain() : "", all[i].messages.to_plain(),
                          all[i].byte_hours.to_plain(), money_text(messages[i], paper.currency),
                          money_text(storage[i], paper.currency)});
  }
  add_sums(table, paper, language);
  return table;
}

std::string table_csv(const Table& table) {
  std::string text;
  std::vector<std::string> head;
  for (const Column& column : table.columns) head.push_back(column.key);
  append_csv_row(text, head);
  for (const auto& row : table.rows) append_csv_row(text, row);
  append_csv_row(text, table.sums);
  return text;
}

void append_table_json(std::string& out, const Table& table) {
  out += '[';
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    out += i == 0 ? "{" : ",{";
    bool first = true;
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      if (table.rows[i][column].empty()) continue;
      if (!first) out += ',';
      first = false;
      append_json_string(out, table.columns[column].key);
      out += ':';
      append_json_string(out, table.rows[i][column]);
    }
    out += '}';
  }
  out += ']';
}

}  // namespace postage::invoice
