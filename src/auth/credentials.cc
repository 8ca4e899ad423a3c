#include "auth/credentials.h"

#include <algorithm>
#include <charconv>

#include "auth/encoding.h"
#include "auth/people_store.h"
#include "auth/validate.h"
#include "base/check.h"

namespace postage::auth {
namespace {

constexpr std::string_view kSessionPrefix = "ps_";
constexpr std::string_view kKeyPrefix = "pk_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretCharacters = 43;
constexpr std::size_t kBearerBytesMax = 128;

std::string hash_of(std::string_view secret) { return to_hex(sha256(secret)); }

Error refused() { return Error(Errc::unauthorized, "the e-mail or the password is wrong"); }

Principal principal_of(const Person& person) {
  return {Principal::Kind::person, person.id.value, person.email, person.operator_role, person.memberships};
}

KeyInfo read_key(db::Row& row) {
  KeyInfo key;
  key.id = row.integer(0);
  key.account = row.id<AccountId>(1);
  key.name = row.text(2);
  key.role = role_of(Realm::customer, row.text(3)).value_or(Role::viewer);
  key.created_at = row.instant(4);
  key.last_used_at = row.maybe_instant(5);
  key.revoked_at = row.maybe_instant(6);
  return key;
}

constexpr std::string_view kKeyColumns = "id, account_id, name, role, created_at, last_used_at, revoked_at";

struct KeyRow {
  KeyInfo info;
  std::string secret_hash;
};

/// "pk_<id>.<secret>" -> id and secret, or none.
std::optional<std::pair<std::int64_t, std::string_view>> split_key(std::string_view text) {
  text.remove_prefix(kKeyPrefix.size());
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || text.size() - dot - 1 != kSecretCharacters) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + dot, id);
  if (problem != std::errc() || end != text.data() + dot || id <= 0) return std::nullopt;
  return std::pair(id, text.substr(dot + 1));
}

}  // namespace

Credentials::Credentials(db::Database& database, Entropy& entropy, Settings settings)
    : database_(database), entropy_(entropy), settings_(settings), throttle_(settings.throttle) {
  auto decoy = hash_password(entropy_.hex(32), settings_.password_cost, entropy_);
  CHECK(decoy.ok());
  decoy_hash_ = *decoy;
}

Result<LogIn> Credentials::log_in(std::string_view email, std::string_view password, std::string_view address, Instant now) {
  const std::string small = lower_ascii(email);
  // Also bounds the work of hashing; such texts cannot be right.
  if (small.size() > 254 || password.size() > 1024) return refused();
  TRY_VOID(throttle_.admit(small, address, now));
  TRY(found, database_.read([&](db::Connection& connection) { return find_person_by_email(connection, small); }));
  const bool right = password_fits(password, found ? found->password_hash : decoy_hash_);
  if (!right || !found || found->person.disabled) return refused();
  throttle_.succeeded(small, address, now);

  LogIn login{std::string(kSessionPrefix) + to_base64url(entropy_.bytes(kSecretBytes)), now + settings_.session_life,
              found->person};
  std::optional<std::string> better_hash;
  if (cost_differs(found->password_hash, settings_.password_cost)) {
    TRY(made, hash_password(password, settings_.password_cost, entropy_));
    better_hash = made;
  }
  return database_.write([&](db::Connection& connection) -> Result<LogIn> {
    // Hashing took a while: the password may have been changed or the person disabled meanwhile.
    TRY(still, find_person(connection, login.person.id));
    if (!still || still->person.disabled || still->password_hash != found->password_hash) return refused();
    TRY(written, connection.run("insert into login_session(hash, person_id, created_at, expires_at) values (?,?,?,?)",
                                hash_of(login.token), login.person.id, now, login.expires_at));
    (void)written;
    if (better_hash) {
      TRY(changed, connection.run("update person set password_hash = ? where id = ? and password_hash = ?", *better_hash,
                                  login.person.id, found->password_hash));
      (void)changed;
    }
    const Actor actor{Actor::Kind::person, login.person.id.value, login.person.email};
    TRY_VOID(AuditLog::append_in(connection, {actor, "session.begin", {}, {}, "person " + std::to_string(actor.id),
                                              {{"address", std::string(address.substr(0, 64))}}}, now));
    return login;
  });
}

std::int64_t Credentials::log_in_wait(std::string_view email, std::string_view address, Instant now) {
  return std::max<std::int64_t>(1, throttle_.wait(lower_ascii(email), address, now));
}

Result<void> Credentials::log_out(std::string_view token, Instant now) {
  if (!token.starts_with(kSessionPrefix) || token.size() > kBearerBytesMax) return {};
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(person, connection.first("delete from login_session where hash = ? returning person_id",
                                 [](db::Row& row) { return row.id<PersonId>(0); }, hash_of(token)));
    if (!person) return {};
    TRY(who, need_person(connection, *person));
    const Actor actor{Actor::Kind::person, who.id.value, who.email};
    return AuditLog::append_in(connection, {actor, "session.end", {}, {}, "person " + std::to_string(actor.id), {}}, now);
  });
}

Result<NewKey> Credentials::create_key(AccountId account, std::string_view name, Role role, const Actor& actor, Instant now) {
  TRY_VOID(check_name("name", name));
  if (realm_of(role) != Realm::customer || role == Role::owner) {
    return Error(Errc::bad_request, "role: must be admin, billing, developer or viewer");
  }
  const std::string secret = to_base64url(entropy_.bytes(kSecretBytes));
  NewKey made;
  made.info.account = account;
  made.info.name = std::string(name);
  made.info.role = role;
  made.info.created_at = now;
  return database_.write([&](db::Connection& connection) -> Result<NewKey> {
    TRY(accounts, connection.integer("select count(*) from account where id = ?", account));
    if (accounts == 0) return Errc::no_account;
    TRY(id, connection.integer("select coalesce(max(id), 0) + 1 from api_key"));
    made.info.id = id;
    made.secret = std::string(kKeyPrefix) + std::to_string(id) + "." + secret;
    TRY(written, connection.run("insert into api_key(id, account_id, name, role, secret_hash, created_at) "
                                "values (?,?,?,?,?,?)",
                                id, account, name, role_name(role), hash_of(secret), now));
    (void)written;
    TRY_VOID(AuditLog::append_in(connection, {actor, "key.create", account, {}, "key " + std::to_string(id),
                                              {{"name", made.info.name}, {"role", std::string(role_name(role))}}}, now));
    return made;
  });
}

Result<std::vector<KeyInfo>> Credentials::keys_of(AccountId account) const {
  return database_.read([&](db::Connection& connection) {
    return connection.all("select " + std::string(kKeyColumns) + " from api_key where account_id = ? order by id", read_key,
                          account);
  });
}

Result<void> Credentials::revoke_key(AccountId account, std::int64_t key, const Actor& actor, Instant now) {
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(changed, connection.run("update api_key set revoked_at = ? where id = ? and account_id = ? and revoked_at is null",
                                now, key, account));
    if (changed == 0) return Error(Errc::not_found, "key " + std::to_string(key));
    return AuditLog::append_in(connection, {actor, "key.revoke", account, {}, "key " + std::to_string(key), {}}, now);
  });
}

Result<Principal> Credentials::authenticate(std::string_view bearer, Instant now) {
  if (bearer.size() <= kBearerBytesMax && bearer.starts_with(kSessionPrefix)) return authenticate_session(bearer, now);
  if (bearer.size() <= kBearerBytesMax && bearer.starts_with(kKeyPrefix)) return authenticate_key(bearer, now);
  return Errc::unauthorized;
}

Result<Principal> Credentials::authenticate_session(std::string_view token, Instant now) {
  return database_.read([&](db::Connection& connection) -> Result<Principal> {
    TRY(id, connection.first("select person_id from login_session where hash = ? and expires_at > ?",
                             [](db::Row& row) { return row.id<PersonId>(0); }, hash_of(token), now));
    if (!id) return Error(Errc::unauthorized, "the session has ended; log in again");
    TRY(person, need_person(connection, *id));
    if (person.disabled) return Errc::unauthorized;
    return principal_of(person);
  });
}

Result<Principal> Credentials::authenticate_key(std::string_view text, Instant now) {
  const auto parts = split_key(text);
  if (!parts) return Errc::unauthorized;
  TRY(found, database_.read([&](db::Connection& connection) {
    return connection.first("select " + std::string(kKeyColumns) + ", secret_hash from api_key where id = ?",
                            [](db::Row& row) { return KeyRow{read_key(row), row.text(7)}; }, parts->first);
  }));
  if (!found || !equal_in_constant_time(found->secret_hash, hash_of(parts->second))) return Errc::unauthorized;
  const KeyInfo& key = found->info;
  if (key.revoked_at) return Error(Errc::unauthorized, "the key was revoked");
  // A minute is exact enough for people and spares a write per request.
  if (!key.last_used_at || now - *key.last_used_at >= std::chrono::minutes(1)) {
    TRY(changed, database_.write([&](db::Connection& connection) {
      return connection.run("update api_key set last_used_at = ? where id = ?", now, key.id);
    }));
    (void)changed;
  }
  return Principal{Principal::Kind::key, key.id, key.name, std::nullopt, {{key.account, key.role}}};
}

Result<std::int64_t> Credentials::sweep(Instant now) {
  const Instant before = now - std::chrono::hours(24);
  return database_.write([&](db::Connection& connection) {
    return connection.run("delete from login_session where expires_at < ?", before);
  });
}

}  // namespace postage::auth
