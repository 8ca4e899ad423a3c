#include "auth/validate.h"

#include <algorithm>

#include "base/utf8.h"

namespace postage::auth {
namespace {

Error wrong(std::string_view field, std::string_view why) {
  return Error(Errc::bad_request, std::string(field) + ": " + std::string(why));
}

bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  if (sequence.size() == 2) return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
  // Line and paragraph separators, and the marks that turn the direction of text around.
  return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9" || sequence == "\xE2\x80\xAE" || sequence == "\xE2\x80\xAD";
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

Result<void> check_name(std::string_view field, std::string_view value) {
  constexpr std::size_t kMax = 200;
  if (value.empty() || value.size() > kMax) return wrong(field, "must be 1 to 200 bytes");
  if (value.front() == ' ' || value.back() == ' ') return wrong(field, "must not begin or end with a space");
  for (std::size_t i = 0; i < value.size();) {
    const std::size_t length = utf8_length(value.substr(i));
    if (length == 0) return wrong(field, "must be valid UTF-8");
    if (is_control(value.substr(i, length))) return wrong(field, "must not hold control characters");
    i += length;
  }
  return {};
}

Result<void> check_email(std::string_view field, std::string_view value) {
  constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~.";
  const std::size_t at = value.find('@');
  const std::string_view local = value.substr(0, at);
  const std::string_view domain = at == std::string_view::npos ? "" : value.substr(at + 1);
  const bool local_fits = !local.empty() && local.size() <= 64 && local.front() != '.' && local.back() != '.' &&
                          local.find("..") == std::string_view::npos &&
                          std::all_of(local.begin(), local.end(), [&](char c) {
                            return is_letter_or_digit(c) || kSigns.find(c) != std::string_view::npos;
                          });
  const bool domain_fits = !domain.empty() && domain.front() != '.' && domain.back() != '.' && domain.front() != '-' &&
                           domain.back() != '-' && domain.find("..") == std::string_view::npos &&
                           std::all_of(domain.begin(), domain.end(), [](char c) {
                             return is_letter_or_digit(c) || c == '.' || c == '-';
                           });
  if (value.size() > 254 || !local_fits || !domain_fits) return wrong(field, "must be an e-mail address");
  return {};
}

Result<void> check_slug(std::string_view field, std::string_view value) {
  const bool fits = !value.empty() && value.size() <= 64 && std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  if (!fits) return wrong(field, "must be 1 to 64 of a-z, 0-9, '.', '_' and '-'");
  return {};
}

Result<void> check_locale(std::string_view field, std::string_view value) {
  if (value != "zh" && value != "en") return wrong(field, "must be \"zh\" or \"en\"");
  return {};
}

Result<void> check_password(std::string_view field, std::string_view value) {
  if (value.size() < 10 || value.size() > 1024) return wrong(field, "must be 10 to 1024 bytes");
  return {};
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace postage::auth
