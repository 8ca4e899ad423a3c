#include "base/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

#include "base/clock.h"
#include "base/utf8.h"

namespace postage {
namespace {
std::atomic<Level> g_level{Level::info};
}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t n = utf8_length(text.substr(i));
    if (n == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      switch (c) {
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: out += fmt::format("\\u{:04x}", static_cast<int>(c));
      }
    } else {
      out.append(text, i, n);
    }
    i += n;
  }
  out += '"';
}

void set_log_level(Level level) { g_level = level; }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};
  const auto now = system_clock().wall().time_since_epoch().count();
  std::string line = fmt::format(R"({{"time":"{:%Y-%m-%dT%H:%M:%S}.{:03}Z","level":"{}","event":)",
                                 fmt::gmtime(static_cast<std::time_t>(now / 1000)), now % 1000,
                                 kNames[static_cast<int>(level)]);
  append_json_string(line, event);
  for (const Field& field : fields) {
    line += ',';
    append_json_string(line, field.key);
    line += ':';
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) line += fmt::format("{}", *number);
    if (const auto* flag = std::get_if<bool>(&field.value)) line += *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string_view>(&field.value)) append_json_string(line, *text);
  }
  line += "}\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}
}  // namespace postage
