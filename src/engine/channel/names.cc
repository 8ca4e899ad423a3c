#include "engine/channel/names.h"

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace postage::engine {
namespace {

constexpr std::array<bool, 256> name_characters() {
  std::array<bool, 256> may{};
  for (std::size_t c = 0x20; c <= 0x7E; ++c) may[c] = true;
  for (const char c : {'"', '\'', '*', '/', '\\'}) may[static_cast<unsigned char>(c)] = false;
  return may;
}
constexpr std::array<bool, 256> kNameCharacters = name_characters();
bool name_character(char c) { return kNameCharacters[static_cast<unsigned char>(c)]; }

bool plain_name(std::string_view name, std::int64_t bytes_max) {
  return !name.empty() && static_cast<std::int64_t>(name.size()) <= bytes_max && name != "null" &&
         std::all_of(name.begin(), name.end(), name_character);
}

}  // namespace

Result<void> check_user_id(std::string_view id) {
  if (!plain_name(id, limits::user_id_bytes_max)) return Errc::invalid_user_id;
  return {};
}

Result<void> check_channel_name(std::string_view name) {
  if (!plain_name(name, limits::channel_name_bytes_max)) return Errc::invalid_channel_name;
  return {};
}

bool strict_channel_name(std::string_view name) {
  return check_channel_name(name).ok() && name.front() != '_' && name.find('.') == std::string_view::npos;
}

Result<void> check_custom_type(std::string_view text, std::size_t chars_max) {
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto chars = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
  if (chars > chars_max) return Errc::channel_custom_type_length_overflow;
  return {};
}

}  // namespace postage::engine
