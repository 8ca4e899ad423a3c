#include "auth/roles.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace postage::auth {
namespace {

constexpr auto kRoles = std::to_array<RoleRow>({
#define PERMISSION(name, text)
#define ROLE(realm, id, name, text) {Role::id, Realm::realm, name, text},
#define GRANT(role, permission)
#include "spec/roles.def"
#undef PERMISSION
#undef ROLE
#undef GRANT
});

constexpr auto kPermissionNames = std::to_array<std::string_view>({
#define PERMISSION(name, text) #name,
#define ROLE(realm, id, name, text)
#define GRANT(role, permission)
#include "spec/roles.def"
#undef PERMISSION
#undef ROLE
#undef GRANT
});

constexpr std::size_t kPermissions = kPermissionNames.size();
static_assert(kPermissions <= 64, "the grants of a role are one word");

/// One word per role, one bit per permission.
constexpr std::array<std::uint64_t, kRoles.size()> make_grants() {
  std::array<std::uint64_t, kRoles.size()> table{};
#define PERMISSION(name, text)
#define ROLE(realm, id, name, text)
#define GRANT(role, permission) \
  table[static_cast<std::size_t>(Role::role)] |= std::uint64_t{1} << static_cast<unsigned>(Permission::permission);
#include "spec/roles.def"
#undef PERMISSION
#undef ROLE
#undef GRANT
  return table;
}
constexpr auto kGrants = make_grants();

}  // namespace

std::span<const RoleRow> role_rows() { return kRoles; }

std::string_view role_name(Role role) { return kRoles[static_cast<std::size_t>(role)].name; }

std::optional<Role> role_of(Realm realm, std::string_view name) {
  const auto row = std::find_if(kRoles.begin(), kRoles.end(),
                                [&](const RoleRow& r) { return r.realm == realm && r.name == name; });
  if (row == kRoles.end()) return std::nullopt;
  return row->role;
}

Realm realm_of(Role role) { return kRoles[static_cast<std::size_t>(role)].realm; }

std::string_view realm_name(Realm realm) { return realm == Realm::customer ? "customer" : "operators"; }

std::string_view permission_name(Permission permission) {
  return kPermissionNames[static_cast<std::size_t>(permission)];
}

bool grants(Role role, Permission permission) {
  return (kGrants[static_cast<std::size_t>(role)] >> static_cast<unsigned>(permission) & 1U) != 0;
}

bool may_give(Role giver, Role given) {
  if (realm_of(giver) != realm_of(given)) return giver == Role::operator_;
  if (given == Role::owner) return giver == Role::owner;
  const std::uint64_t all = kGrants[static_cast<std::size_t>(giver)];
  return (kGrants[static_cast<std::size_t>(given)] & ~all) == 0;
}

std::optional<Role> Principal::role_in(AccountId account) const {
  if (operator_role) return operator_role;
  const auto row = std::find_if(memberships.begin(), memberships.end(),
                                [&](const Membership& m) { return m.account == account; });
  if (row == memberships.end()) return std::nullopt;
  return row->role;
}

bool may(const Principal& who, Permission permission, AccountId account) {
  if (!account && !who.operator_role) return false;
  if (who.kind == Principal::Kind::key && (permission == Permission::key_write || permission == Permission::member_write)) {
    return false;
  }
  const auto role = who.role_in(account);
  return role && grants(*role, permission);
}

}  // namespace postage::auth
