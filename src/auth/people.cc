// Credentials: people and their places in accounts.
#include "auth/credentials.h"
#include "auth/people_store.h"
#include "auth/validate.h"

namespace postage::auth {
namespace {

std::string subject_of(PersonId person) { return "person " + std::to_string(person.value); }

Result<void> end_sessions(db::Connection& connection, PersonId person) {
  TRY(ended, connection.run("delete from login_session where person_id = ?", person));
  (void)ended;
  return {};
}

/// Owners are never less than one once there was one.
Result<void> check_owner_stays(db::Connection& connection, AccountId account, const Person& person) {
  for (const Membership& membership : person.memberships) {
    if (membership.account != account || membership.role != Role::owner) continue;
    TRY(owners, count_owners(connection, account));
    if (owners <= 1) return Error(Errc::conflict, "the account's last owner stays; make another owner first");
  }
  return {};
}

}  // namespace

Result<Person> Credentials::create_person(const NewPerson& fields, const Actor& actor, Instant now) {
  TRY_VOID(check_email("email", fields.email));
  TRY_VOID(check_name("name", fields.name));
  TRY_VOID(check_password("password", fields.password));
  if (fields.operator_role && realm_of(*fields.operator_role) != Realm::operators) {
    return Error(Errc::bad_request, "operator_role: must be a role of the operators' realm");
  }
  TRY(hash, hash_password(fields.password, settings_.password_cost, entropy_));
  Person person;
  person.email = lower_ascii(fields.email);
  person.name = fields.name;
  person.operator_role = fields.operator_role;
  person.created_at = now;
  return database_.write([&](db::Connection& connection) -> Result<Person> {
    TRY(id, connection.integer("select coalesce(max(id), 0) + 1 from person"));
    person.id = PersonId{id};
    std::optional<std::string> role;
    if (person.operator_role) role = std::string(role_name(*person.operator_role));
    auto written = connection.run("insert into person(id, email, name, password_hash, operator_role, disabled, created_at) "
                                  "values (?,?,?,?,?,?,?)",
                                  person.id, person.email, person.name, hash, role, false, now);
    if (!written && written.error().code == Errc::conflict) return Error(Errc::conflict, "email: another person has it");
    if (!written) return written.error();
    TRY_VOID(AuditLog::append_in(connection, {actor, "person.create", {}, {}, subject_of(person.id),
                                              {{"email", person.email}, {"operator_role", role.value_or("")}}}, now));
    return person;
  });
}

Result<Person> Credentials::person(PersonId id) const {
  return database_.read([&](db::Connection& connection) { return need_person(connection, id); });
}

Result<Person> Credentials::person_by_email(std::string_view email) const {
  return database_.read([&](db::Connection& connection) -> Result<Person> {
    TRY(found, find_person_by_email(connection, lower_ascii(email)));
    if (!found) return Error(Errc::not_found, "a person with this e-mail");
    return found->person;
  });
}

Result<std::vector<Person>> Credentials::people_of(AccountId account) const {
  return database_.read([&](db::Connection& connection) { return list_people(connection, account); });
}

Result<std::vector<Person>> Credentials::operators() const {
  return database_.read([&](db::Connection& connection) { return list_people(connection, std::nullopt); });
}

Result<void> Credentials::set_member(AccountId account, PersonId person, Role role, const Actor& actor, Instant now) {
  if (realm_of(role) != Realm::customer) return Error(Errc::bad_request, "role: must be a role inside an account");
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(found, need_person(connection, person));
    if (found.operator_role) return Error(Errc::forbidden, "an operator cannot be a member of an account");
    TRY(accounts, connection.integer("select count(*) from account where id = ?", account));
    if (accounts == 0) return Errc::no_account;
    if (role != Role::owner) TRY_VOID(check_owner_stays(connection, account, found));
    TRY(written, connection.run("insert into membership(account_id, person_id, role) values (?,?,?) "
                                "on conflict (account_id, person_id) do update set role = excluded.role",
                                account, person, role_name(role)));
    (void)written;
    return AuditLog::append_in(connection, {actor, "member.set", account, {}, subject_of(person),
                                            {{"role", std::string(role_name(role))}}}, now);
  });
}

Result<void> Credentials::remove_member(AccountId account, PersonId person, const Actor& actor, Instant now) {
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(found, need_person(connection, person));
    TRY_VOID(check_owner_stays(connection, account, found));
    TRY(removed, connection.run("delete from membership where account_id = ? and person_id = ?", account, person));
    if (removed == 0) return Error(Errc::not_found, subject_of(person) + " in this account");
    return AuditLog::append_in(connection, {actor, "member.remove", account, {}, subject_of(person), {}}, now);
  });
}

Result<void> Credentials::set_password(PersonId person, std::string_view password, const Actor& actor, Instant now) {
  TRY_VOID(check_password("password", password));
  TRY(hash, hash_password(password, settings_.password_cost, entropy_));
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(changed, connection.run("update person set password_hash = ? where id = ?", hash, person));
    if (changed == 0) return Error(Errc::not_found, subject_of(person));
    TRY_VOID(end_sessions(connection, person));
    return AuditLog::append_in(connection, {actor, "person.password", {}, {}, subject_of(person), {}}, now);
  });
}

Result<void> Credentials::set_disabled(PersonId person, bool disabled, const Actor& actor, Instant now) {
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY(changed, connection.run("update person set disabled = ? where id = ?", disabled, person));
    if (changed == 0) return Error(Errc::not_found, subject_of(person));
    TRY_VOID(end_sessions(connection, person));
    const char* action = disabled ? "person.disable" : "person.enable";
    return AuditLog::append_in(connection, {actor, action, {}, {}, subject_of(person), {}}, now);
  });
}

Result<void> Credentials::log_out_all(PersonId person, const Actor& actor, Instant now) {
  return database_.write([&](db::Connection& connection) -> Result<void> {
    TRY_VOID(end_sessions(connection, person));
    return AuditLog::append_in(connection, {actor, "session.end_all", {}, {}, subject_of(person), {}}, now);
  });
}

}  // namespace postage::auth
