#include "api/document_reply.h"

namespace postage::api {
namespace {

const Parameter kQuery[] = {
    {"format", R"({"type":"string","enum":["json","csv","xlsx","pdf","html","text"]})",
     "json: with tables by project and by day; without a format the plain object"},
    {"language", R"({"type":"string","enum":["en","zh"]})", "of pdf, html, text and xlsx; else the account's"},
    {"table", R"({"type":"string","enum":["lines","projects","days"],"default":"lines"})", "of csv"}};

std::optional<invoice::Format> accepted(std::string_view accept) {
  if (accept.starts_with("text/csv")) return invoice::Format::csv;
  if (accept.starts_with("application/pdf")) return invoice::Format::pdf;
  if (accept.starts_with("application/vnd.openxmlformats-officedocument.spreadsheetml")) return invoice::Format::xlsx;
  return std::nullopt;
}

}  // namespace

constinit const std::span<const Parameter> kDocumentQuery = kQuery;

std::optional<invoice::DocumentAsk> document_ask(Call& call) {
  const auto format = call.query.choice("format", invoice::format_names());
  const auto language = call.query.choice("language", {"en", "zh"});
  const auto table = call.query.choice("table", {"lines", "projects", "days"});
  const auto wanted = format ? invoice::format_of(*format) : accepted(call.request.header("accept"));
  if (!wanted) return std::nullopt;
  invoice::DocumentAsk ask;
  ask.format = *wanted;
  if (language) ask.language = invoice::language_of(*language);
  ask.table = table.value_or("lines");
  return ask;
}

Reply document_reply(invoice::DocumentFile file) {
  const bool save = file.name.ends_with(".csv") || file.name.ends_with(".xlsx");
  const std::string disposition = std::string(save ? "attachment" : "inline") + "; filename=\"" + file.name + "\"";
  return {200, {}, std::move(file.bytes), std::move(file.media_type), {{"Content-Disposition", disposition}}};
}

}  // namespace postage::api
