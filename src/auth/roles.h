#pragma once
// Roles and permissions, made from spec/roles.def, and the one question everybody asks: may(principal, permission, account).
// Pure values; thread: any.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace postage::auth {

/// A customer's role holds inside one account; an operator's role holds over all accounts.
enum class Realm : std::uint8_t { customer, operators };

enum class Permission : std::uint8_t {
#define PERMISSION(name, text) name,
#define ROLE(realm, id, name, text)
#define GRANT(role, permission)
#include "spec/roles.def"
#undef PERMISSION
#undef ROLE
#undef GRANT
};

/// `operator_` is named "operator" outside.
enum class Role : std::uint8_t {
#define PERMISSION(name, text)
#define ROLE(realm, id, name, text) id,
#define GRANT(role, permission)
#include "spec/roles.def"
#undef PERMISSION
#undef ROLE
#undef GRANT
};

/// One row of spec/roles.def as data.
struct RoleRow {
  Role role;
  Realm realm;
  std::string_view name;
  std::string_view text;
};

/// All roles, in the order of the file.
std::span<const RoleRow> role_rows();
/// "owner", "operator" and so on.
std::string_view role_name(Role role);
/// The role of that name in that realm, or none.
std::optional<Role> role_of(Realm realm, std::string_view name);
Realm realm_of(Role role);
/// "customer" or "operators".
std::string_view realm_name(Realm realm);
std::string_view permission_name(Permission permission);
/// Whether a row grants it.
bool grants(Role role, Permission permission);
/// Whether `giver` may hand out `given`: nothing in `given` that `giver` may not do itself, in the same realm. Only an owner
/// makes owners; role operator gives every role of both realms.
bool may_give(Role giver, Role given);

struct Membership {
  AccountId account;
  Role role = Role::viewer;
  bool operator==(const Membership&) const = default;
};

/// Who is asking, as found by Credentials::authenticate. A person has memberships or an operator role, never both; a key
/// has exactly one membership.
struct Principal {
  enum class Kind : std::uint8_t { person, key };
  Kind kind = Kind::person;
  std::int64_t id = 0;  ///< PersonId or key id
  std::string name;     ///< e-mail, or the key's name
  std::optional<Role> operator_role;
  std::vector<Membership> memberships;

  [[nodiscard]] Realm realm() const { return operator_role ? Realm::operators : Realm::customer; }
  /// The role it has in `account`: its membership's, or its operator role, or none.
  [[nodiscard]] std::optional<Role> role_in(AccountId account) const;
};

/// Whether `who` may do it in `account`. Account 0 asks for a right over all accounts, which only operators have. Keys may
/// never manage keys or people, whatever their role.
bool may(const Principal& who, Permission permission, AccountId account);

}  // namespace postage::auth
