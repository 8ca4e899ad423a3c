#include <algorithm>

#include "meter/folds.h"

namespace postage::meter {
namespace {
constexpr std::size_t kMemberFixedBytes = 25;
constexpr std::size_t kUserBytesMax = 255;
}  // namespace

std::string encode_members(std::span<const NoteMember> members) {
  std::string note;
  for (const NoteMember& member : members) {
    const std::string_view user = std::string_view(member.user).substr(0, kUserBytesMax);
    if (note.size() + kMemberFixedBytes + user.size() > kNoteBytesMax) break;
    append_integer(note, member.session);
    append_integer(note, member.connection);
    append_integer(note, member.opened_ms);
    note += static_cast<char>(user.size());
    note += user;
  }
  return note;
}

std::vector<NoteMember> decode_members(std::string_view note) {
  std::vector<NoteMember> members;
  while (note.size() >= kMemberFixedBytes) {
    const std::size_t user = static_cast<std::uint8_t>(note[kMemberFixedBytes - 1]);
    if (note.size() < kMemberFixedBytes + user) break;
    members.push_back({integer_at(note, 0), integer_at(note, 8), integer_at(note, 16),
                       std::string(note.substr(kMemberFixedBytes, user))});
    note.remove_prefix(kMemberFixedBytes + user);
  }
  return members;
}

}  // namespace postage::meter
