#pragma once
// Identifiers as their own types: never a bare integer or string between rooms.
#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace postage {

/// A 64-bit id of one kind. 0 is "none".
template <class Tag>
struct Id {
  std::int64_t value = 0;
  constexpr auto operator<=>(const Id&) const = default;
  explicit constexpr operator bool() const { return value != 0; }
};

using AccountId = Id<struct AccountTag>;      ///< a tenant (CID)
using ProjectId = Id<struct ProjectTag>;      ///< a project of an account; has an App ID
using PersonId = Id<struct PersonTag>;        ///< someone who logs in to the console
using InvoiceId = Id<struct InvoiceTag>;
using ConnectionId = Id<struct ConnectionTag>;  ///< unique in one run of the process: shard in the top 16 bits
using SessionId = Id<struct SessionTag>;        ///< survives a resume; random, unguessable

/// 32 hex digits, case kept: the public name of a project.
struct AppId {
  std::string text;
  auto operator<=>(const AppId&) const = default;
};

}  // namespace postage

template <class Tag>
struct std::hash<postage::Id<Tag>> {
  std::size_t operator()(postage::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
template <>
struct std::hash<postage::AppId> {
  std::size_t operator()(const postage::AppId& id) const noexcept { return std::hash<std::string>{}(id.text); }
};
