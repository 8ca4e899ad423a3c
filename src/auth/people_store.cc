#include "auth/people_store.h"

namespace postage::auth {
namespace {

constexpr std::string_view kPerson =
    "select p.id, p.email, p.name, p.password_hash, p.operator_role, p.disabled, p.created_at from person p ";

PersonRow read_person(db::Row& row) {
  PersonRow found;
  found.person.id = row.id<PersonId>(0);
  found.person.email = row.text(1);
  found.person.name = row.text(2);
  found.password_hash = row.text(3);
  if (const auto role = row.maybe_text(4)) found.person.operator_role = role_of(Realm::operators, *role);
  found.person.disabled = row.flag(5);
  found.person.created_at = row.instant(6);
  return found;
}

Result<void> read_memberships(db::Connection& connection, Person& person) {
  bool known = true;
  TRY_VOID(connection.each("select account_id, role from membership where person_id = ? order by account_id",
                           [&](db::Row& row) {
                             const auto role = role_of(Realm::customer, row.text(1));
                             known = known && role.has_value();
                             if (role) person.memberships.push_back({row.id<AccountId>(0), *role});
                           },
                           person.id));
  if (!known) return Error(Errc::corrupt_record, "person " + std::to_string(person.id.value) + " has an unknown role");
  return {};
}

Result<std::optional<PersonRow>> with_memberships(db::Connection& connection, std::optional<PersonRow> found) {
  if (found) TRY_VOID(read_memberships(connection, found->person));
  return found;
}

}  // namespace

Result<std::optional<PersonRow>> find_person(db::Connection& connection, PersonId id) {
  TRY(found, connection.first(std::string(kPerson) + "where p.id = ?", read_person, id));
  return with_memberships(connection, std::move(found));
}

Result<std::optional<PersonRow>> find_person_by_email(db::Connection& connection, std::string_view email) {
  TRY(found, connection.first(std::string(kPerson) + "where p.email = ?", read_person, email));
  return with_memberships(connection, std::move(found));
}

Result<Person> need_person(db::Connection& connection, PersonId id) {
  TRY(found, find_person(connection, id));
  if (!found) return Error(Errc::not_found, "person " + std::to_string(id.value));
  return found->person;
}

Result<std::vector<Person>> list_people(db::Connection& connection, std::optional<AccountId> account) {
  const std::string members = std::string(kPerson) + "join membership m on m.person_id = p.id where m.account_id = ? order by p.id";
  const std::string operators = std::string(kPerson) + "where p.operator_role is not null order by p.id";
  TRY(rows, account ? connection.all(members, read_person, *account) : connection.all(operators, read_person));
  std::vector<Person> people;
  for (PersonRow& row : rows) {
    TRY_VOID(read_memberships(connection, row.person));
    people.push_back(std::move(row.person));
  }
  return people;
}

Result<std::int64_t> count_owners(db::Connection& connection, AccountId account) {
  return connection.integer("select count(*) from membership where account_id = ? and role = 'owner'", account);
}

}  // namespace postage::auth
