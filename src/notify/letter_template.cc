#include "notify/letter_template.h"

#include <algorithm>
#include <vector>

#include "base/embedded.h"

namespace postage {
void embed_letters();
}

namespace postage::notify {
namespace {

constexpr std::string_view kSubject = "Subject: ";

Error wrong(std::string why) { return Error(Errc::internal, "letter template: " + std::move(why)); }

/// Control characters would break lines or hide text.
std::string cleaned(std::string_view value) {
  std::string out(value);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7F) c = ' ';
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

struct Filled {
  std::string text;
  bool has_values = false;
  bool all_empty = true;  ///< of those it has
  [[nodiscard]] bool left_out() const { return has_values && all_empty; }
};

Result<Filled> fill(std::string_view source, const Values& values) {
  Filled filled;
  while (!source.empty()) {
    const std::size_t open = source.find("{{");
    filled.text += source.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = source.find("}}", open);
    if (close == std::string_view::npos) return wrong("{{ without }}");
    const std::string_view name = source.substr(open + 2, close - open - 2);
    const auto value = values.find(name);
    if (value == values.end()) return wrong("no value for " + std::string(name));
    filled.has_values = true;
    filled.all_empty = filled.all_empty && value->second.empty();
    filled.text += cleaned(value->second);
    source.remove_prefix(close + 2);
  }
  return filled;
}

/// Builds both forms side by side.
class LetterWriter {
 public:
  void paragraph(std::string_view text) {
    end_table();
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = trimmed(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (line.empty()) continue;
      gap();
      text_ += std::string(line) + "\n";
      html_ += "<p style=\"margin:0 0 14px\">" + escaped(line) + "</p>\n";
    }
  }
  void row(std::string_view label, std::string value) {
    std::replace(value.begin(), value.end(), '\n', ' ');
    if (!in_table_) {
      gap();
      html_ += "<table style=\"border-collapse:collapse;margin:0 0 14px\">\n";
      in_table_ = true;
    }
    text_ += "  " + std::string(label) + ": " + value + "\n";
    html_ += "<tr><td style=\"padding:4px 16px 4px 0;color:#667085\">" + escaped(label) +
             "</td><td style=\"padding:4px 0\">" + escaped(value) + "</td></tr>\n";
  }
  void link(std::string_view words, std::string address) {
    end_table();
    // Only addresses of the web: a value must not become a script.
    if (!address.starts_with("https://") && !address.starts_with("http://")) return;
    std::replace(address.begin(), address.end(), '\n', ' ');
    gap();
    text_ += std::string(words) + ": " + address + "\n";
    html_ += "<p style=\"margin:0 0 14px\"><a href=\"" + escaped(address) + "\" style=\"color:#1d4ed8\">" + escaped(words) +
             "</a></p>\n";
  }
  Letter finish(std::string subject) {
    end_table();
    Letter letter;
    letter.html = "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>" + escaped(subject) +
                  "</title></head>\n<body style=\"font:15px/1.5 sans-serif;color:#101828;max-width:40em;margin:24px\">\n" +
                  html_ + "</body></html>\n";
    letter.text = std::move(text_);
    letter.subject = std::move(subject);
    return letter;
  }

 private:
  void gap() {
    if (!text_.empty()) text_ += '\n';
  }
  void end_table() {
    if (in_table_) html_ += "</table>\n";
    in_table_ = false;
  }
  std::string text_, html_;
  bool in_table_ = false;
};

/// "| a | b" or "=> a | b" without its mark -> a and b.
Result<std::pair<std::string_view, std::string_view>> two_parts(std::string_view line) {
  const std::size_t bar = line.find('|');
  if (bar == std::string_view::npos) return wrong("a row or link has no second part");
  return std::pair(trimmed(line.substr(0, bar)), trimmed(line.substr(bar + 1)));
}

Result<void> write_line(std::string_view line, const Values& values, LetterWriter& writer) {
  const bool row = line.starts_with("| "), link = line.starts_with("=> ");
  if (!row && !link) {
    TRY(filled, fill(line, values));
    if (!filled.left_out()) writer.paragraph(filled.text);
    return {};
  }
  TRY(parts, two_parts(line.substr(row ? 2 : 3)));
  TRY(filled, fill(parts.second, values));
  if (filled.left_out()) return {};
  if (row) {
    writer.row(parts.first, filled.text);
  } else {
    writer.link(parts.first, filled.text);
  }
  return {};
}

}  // namespace

Result<Letter> fill_letter(std::string_view source, const Values& values) {
  LetterWriter writer;
  std::string subject;
  while (!source.empty()) {
    const std::size_t end = source.find('\n');
    const std::string_view line = trimmed(source.substr(0, end));
    source = end == std::string_view::npos ? std::string_view() : source.substr(end + 1);
    if (line.empty()) continue;
    if (!subject.empty()) {
      TRY_VOID(write_line(line, values, writer));
      continue;
    }
    if (!line.starts_with(kSubject)) return wrong("it does not begin with a subject");
    TRY(filled, fill(line.substr(kSubject.size()), values));
    subject = filled.text;
    std::replace(subject.begin(), subject.end(), '\n', ' ');
    if (trimmed(subject).empty()) return wrong("its subject is empty");
  }
  if (subject.empty()) return wrong("it does not begin with a subject");
  return writer.finish(std::move(subject));
}

Result<Letter> make_letter(std::string_view name, std::string_view locale, const Values& values) {
  embed_letters();
  const std::string file =
      "letters/" + std::string(name) + (locale.starts_with("zh") ? ".zh.txt" : ".en.txt");
  const auto source = embedded_file(file);
  if (!source) return wrong("there is no " + file);
  return fill_letter(*source, values);
}

}  // namespace postage::notify
