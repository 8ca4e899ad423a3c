#pragma once
// The SQL of people and their memberships; only Credentials calls it.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/credentials.h"
#include "db/database.h"

namespace postage::auth {

/// A person and the hash of the password.
struct PersonRow {
  Person person;
  std::string password_hash;
};

/// One person with memberships, or none.
Result<std::optional<PersonRow>> find_person(db::Connection& connection, PersonId id);
Result<std::optional<PersonRow>> find_person_by_email(db::Connection& connection, std::string_view email);
/// The same as find_person, but not_found.
Result<Person> need_person(db::Connection& connection, PersonId id);
/// Members of an account, or everybody with an operator role when `account` is none; by id.
Result<std::vector<Person>> list_people(db::Connection& connection, std::optional<AccountId> account);
/// How many owners an account has.
Result<std::int64_t> count_owners(db::Connection& connection, AccountId account);

}  // namespace postage::auth
