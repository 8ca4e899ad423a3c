#include "notify/mail_headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text_bytes.h"
#include "base/utf8.h"

namespace postage::notify {

bool valid_address(std::string_view address) {
  const std::size_t at = address.find('@');
  if (address.size() > 254 || at == 0 || at == std::string_view::npos || at > 64 || at + 1 == address.size()) return false;
  return std::count(address.begin(), address.end(), '@') == 1 && std::all_of(address.begin(), address.end(), [](char c) {
    constexpr std::string_view kRefused = "<>()[]\\,;:\"";
    return c > 0x20 && c < 0x7F && kRefused.find(c) == std::string_view::npos;
  });
}

bool valid_header_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0 || first < 0x20 || first == 0x7F) return false;
    if (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string header_words(std::string_view text) {
  constexpr std::size_t kPlainMax = 200;
  const bool plain = text.size() <= kPlainMax && text.find("=?") == std::string_view::npos &&
                     std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (plain) return std::string(text);
  // "=?UTF-8?B?" and "?=" take 12 of 75 characters; 45 bytes make 60.
  constexpr std::size_t kBytesPerWord = 45;
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 0;
    while (taken < text.size()) {
      const std::size_t next = std::max<std::size_t>(1, utf8_length(text.substr(taken)));
      if (taken + next > kBytesPerWord) break;
      taken += next;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + to_base64(text.substr(0, taken)) + "?=";
    text.remove_prefix(taken);
  }
  return out;
}

std::string header_date(Instant at) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<seconds>(at - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace postage::notify
