#include "invoice/issuer.h"

#include <algorithm>

#include "base/log.h"

namespace postage::invoice {
namespace {

void append_lines(std::string& out, std::string_view key, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  out += ",\"";
  out += key;
  out += "\":[";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(out, lines[i]);
  }
  out += ']';
}

void append_text(std::string& out, std::string_view key, const std::string& text) {
  if (text.empty()) return;
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(out, text);
}

}  // namespace

std::vector<std::string> letterhead_lines(std::string_view setting) {
  std::vector<std::string> lines;
  while (!setting.empty()) {
    const std::size_t bar = std::min(setting.find('|'), setting.size());
    std::string_view part = setting.substr(0, bar);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) lines.emplace_back(part);
    setting.remove_prefix(std::min(bar + 1, setting.size()));
  }
  return lines;
}

void append_issuer_json(std::string& out, const Issuer& issuer) {
  out += "{\"name\":";
  append_json_string(out, issuer.name);
  append_lines(out, "lines", issuer.lines);
  append_text(out, "tax_number", issuer.tax_number);
  append_lines(out, "bank", issuer.bank);
  append_text(out, "logo", issuer.logo);
  append_text(out, "note", issuer.note);
  out += '}';
}

}  // namespace postage::invoice
