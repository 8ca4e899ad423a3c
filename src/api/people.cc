// The people of an account and their roles.
#include "api/resources.h"
#include "api/services.h"
#include "api/utf8_text.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;

Json member_json(const auth::Person& person, AccountId account) {
  Json out = person_json(person);
  for (const auth::Membership& each : person.memberships) {
    if (each.account == account) out["role"] = std::string(auth::role_name(each.role));
  }
  return out;
}

/// The role of a body, which the caller must be allowed to give.
Result<auth::Role> role_to_give(const Call& call, const std::string& name) {
  const auto role = auth::role_of(auth::Realm::customer, name);
  if (!role) return Error(Errc::bad_request, "role: must be owner, admin, billing, developer or viewer");
  const auto giver = call.who.role_in(call.account);
  const bool is_operator = call.who.realm() == auth::Realm::operators;
  if (!is_operator && (!giver || !auth::may_give(*giver, *role))) {
    return Error(Errc::forbidden, "your role may not give that role");
  }
  return *role;
}

/// The role of a body that the caller may not give, or that is none, with what a page needs to say so.
Problem refused_role(const Error& error, const std::string& name) {
  Problem problem = pointed(error);
  problem.pointer = "/role";
  if (error.code == Errc::forbidden) problem.why = {Reason::role_to_give, {name}};
  if (error.code == Errc::bad_request) problem.why = {Reason::choice, {"owner, admin, billing, developer, viewer"}};
  return problem;
}

/// An owner's membership is changed by owners and operators only.
Result<void> may_touch(const Call& call, PersonId id) {
  TRY(person, call.services.credentials.person(id));
  for (const auth::Membership& each : person.memberships) {
    if (each.account != call.account) continue;
    TRY(role, role_to_give(call, std::string(auth::role_name(each.role))));
    (void)role;
    return {};
  }
  return Errc::not_found;
}

Result<PersonId> person_of(const Call& call) {
  const auto id = parse_integer(call.param("person"));
  if (!id || *id <= 0) return Errc::not_found;
  return PersonId{*id};
}

Outcome list(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(people, call.services.credentials.people_of(call.account));
  return page_of(
      people, page.cursor.value_or(0), page.limit, [](const auth::Person& each) { return each.id.value; },
      [&](const auth::Person& each) { return member_json(each, call.account); });
}

Outcome add(Call& call) {
  Body body(call.request.body);
  const std::string email = body.text("email", {3, 254});
  const std::string role_name = body.text("role", {1, 16});
  const std::string name = body.maybe_text("name", {1, 200}).value_or(email);
  const auto password = body.maybe_text("password", {10, 1024});
  if (auto mistake = body.mistake()) return *mistake;
  const auto role = role_to_give(call, role_name);
  if (!role) return refused_role(role.error(), role_name);
  auto person = call.services.credentials.person_by_email(email);
  if (!person) {
    if (person.error().code != Errc::not_found) return person.error();
    if (!password) return Problem(Errc::bad_request, "a new person needs a password", "/password", Reason::missing);
    person = call.services.credentials.create_person({email, name, *password, std::nullopt}, actor_of(call), call.now);
    if (!person) return pointed(person.error());
  }
  TRY_VOID(call.services.credentials.set_member(call.account, person->id, *role, actor_of(call), call.now));
  TRY(stored, call.services.credentials.person(person->id));
  return Reply{201, member_json(stored, call.account), {}, {}, {}};
}

Outcome change(Call& call) {
  TRY(id, person_of(call));
  Body body(call.request.body);
  const std::string role_name = body.text("role", {1, 16});
  if (auto mistake = body.mistake()) return *mistake;
  const auto role = role_to_give(call, role_name);
  if (!role) return refused_role(role.error(), role_name);
  TRY_VOID(may_touch(call, id));
  TRY_VOID(call.services.credentials.set_member(call.account, id, *role, actor_of(call), call.now));
  TRY(stored, call.services.credentials.person(id));
  return member_json(stored, call.account);
}

Outcome remove(Call& call) {
  TRY(id, person_of(call));
  TRY_VOID(may_touch(call, id));
  TRY_VOID(call.services.credentials.remove_member(call.account, id, actor_of(call), call.now));
  return Reply{204, {}, {}, {}, {}};
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/people", "listPeople", "People of the account", Permission::member_read, list,
     "", "PersonList", 200, false, kListQuery},
    {Method::post, "/accounts/{account}/people", "addPerson", "Add somebody, new or known, with a role",
     Permission::member_write, add, "NewMember", "Person", 201, true},
    {Method::patch, "/accounts/{account}/people/{person}", "changePerson", "Change a role", Permission::member_write,
     change, "MemberChange", "Person"},
    {Method::del, "/accounts/{account}/people/{person}", "removePerson", "Take somebody out of the account",
     Permission::member_write, remove, "", "", 204},
};

}  // namespace

std::span<const Route> people_routes() { return kRoutes; }

}  // namespace postage::api
