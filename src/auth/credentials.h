#pragma once
// Who is asking at the console and the REST door: people with passwords and sessions, and API keys. Secrets are stored as
// hashes only. Blocking (SQL, and 20 ms of argon2 at log-in): workers only. Thread: any.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/audit.h"
#include "auth/entropy.h"
#include "auth/login_throttle.h"
#include "auth/password.h"
#include "auth/roles.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace postage::db {
class Database;
}

namespace postage::auth {

/// Someone who logs in. A customer has memberships, an operator has an operator role; nobody has both.
struct Person {
  PersonId id;
  std::string email;  ///< lower case, unique
  std::string name;
  std::optional<Role> operator_role;
  std::vector<Membership> memberships;  ///< by account
  bool disabled = false;
  Instant created_at;
  [[nodiscard]] Realm realm() const { return operator_role ? Realm::operators : Realm::customer; }
};

struct NewPerson {
  std::string email{};
  std::string name{};      ///< 1 to 200 bytes of UTF-8
  std::string password{};  ///< 10 to 1024 bytes
  std::optional<Role> operator_role{};
};

/// An accepted log-in.
struct LogIn {
  std::string token;  ///< "ps_" and 43 characters; shown once, stored hashed
  Instant expires_at;
  Person person;
};

struct KeyInfo {
  std::int64_t id = 0;
  AccountId account;
  std::string name;
  Role role = Role::viewer;
  Instant created_at;
  std::optional<Instant> last_used_at;  ///< exact to a minute
  std::optional<Instant> revoked_at;
};

/// A new key; `secret` ("pk_<id>.<43 characters>") is what goes behind `Bearer` and is shown once.
struct NewKey {
  KeyInfo info;
  std::string secret;
};

class Credentials {
 public:
  struct Settings {
    std::chrono::hours session_life{12};
    ThrottleSettings throttle{};
    PasswordCost password_cost{};  ///< the default is the product's; tests take less
  };
  /// `database` has auth's migrations (auth/schema.h); arguments outlive this.
  Credentials(db::Database& database, Entropy& entropy, Settings settings);

  /// --- people. Errors: bad_request naming the field, not_found, conflict (e-mail in use), forbidden (realms mixed).
  Result<Person> create_person(const NewPerson& fields, const Actor& actor, Instant now);
  [[nodiscard]] Result<Person> person(PersonId id) const;
  [[nodiscard]] Result<Person> person_by_email(std::string_view email) const;
  [[nodiscard]] Result<std::vector<Person>> people_of(AccountId account) const;
  [[nodiscard]] Result<std::vector<Person>> operators() const;
  /// Adds a person to an account or changes the role there; the last owner of an account stays owner (conflict).
  Result<void> set_member(AccountId account, PersonId person, Role role, const Actor& actor, Instant now);
  Result<void> remove_member(AccountId account, PersonId person, const Actor& actor, Instant now);
  /// Also ends all of the person's sessions.
  Result<void> set_password(PersonId person, std::string_view password, const Actor& actor, Instant now);
  Result<void> set_disabled(PersonId person, bool disabled, const Actor& actor, Instant now);

  /// --- log-in. `address` is the peer's, for the throttle. Errors: unauthorized (same text for a wrong e-mail and a
  /// wrong password, and the same time), rate_limited with the seconds to wait.
  Result<LogIn> log_in(std::string_view email, std::string_view password, std::string_view address, Instant now);
  /// Whole seconds, at least 1, after which log_in() listens to this e-mail and address again.
  [[nodiscard]] std::int64_t log_in_wait(std::string_view email, std::string_view address, Instant now);
  /// Ends the session of this token; an unknown one is not an error.
  Result<void> log_out(std::string_view token, Instant now);
  /// Ends every session of a person.
  Result<void> log_out_all(PersonId person, const Actor& actor, Instant now);

  /// --- API keys. A key has one account and one customer role, and may never manage keys or people.
  Result<NewKey> create_key(AccountId account, std::string_view name, Role role, const Actor& actor, Instant now);
  [[nodiscard]] Result<std::vector<KeyInfo>> keys_of(AccountId account) const;
  Result<void> revoke_key(AccountId account, std::int64_t key, const Actor& actor, Instant now);

  /// Who stands behind the text after `Authorization: Bearer `: a session token or a key. Errors: unauthorized.
  Result<Principal> authenticate(std::string_view bearer, Instant now);

  /// Removes sessions that ended over a day ago; once an hour is enough. How many.
  Result<std::int64_t> sweep(Instant now);

 private:
  Result<Principal> authenticate_session(std::string_view token, Instant now);
  Result<Principal> authenticate_key(std::string_view secret, Instant now);

  db::Database& database_;
  Entropy& entropy_;
  Settings settings_;
  LoginThrottle throttle_;
  std::string decoy_hash_;  ///< verified when the e-mail is unknown, so that both refusals take the same time
};

}  // namespace postage::auth
