// API keys of an account.
#include "api/resources.h"
#include "api/services.h"
#include "api/utf8_text.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;

Outcome list(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(keys, call.services.credentials.keys_of(call.account));
  return page_of(
      keys, page.cursor.value_or(0), page.limit, [](const auth::KeyInfo& each) { return each.id; },
      [](const auth::KeyInfo& each) { return key_json(each); });
}

Outcome create(Call& call) {
  Body body(call.request.body);
  const std::string name = body.text("name", {1, 200});
  const std::string role_name = body.choice("role", {"owner", "admin", "billing", "developer", "viewer"});
  if (auto mistake = body.mistake()) return *mistake;
  const auto role = auth::role_of(auth::Realm::customer, role_name);
  const auto giver = call.who.role_in(call.account);
  const bool is_operator = call.who.realm() == auth::Realm::operators;
  if (!role || !giver || (!is_operator && !auth::may_give(*giver, *role))) {
    return Problem(Errc::forbidden, "your role may not give that role", "/role", {Reason::role_to_give, {role_name}});
  }
  const auto made = call.services.credentials.create_key(call.account, name, *role, actor_of(call), call.now);
  if (!made) return pointed(made.error());
  Json shown = key_json(made->info);
  shown["secret"] = made->secret;  // Shown once.
  return Reply{201, std::move(shown), {}, {}, {}};
}

Outcome revoke(Call& call) {
  const auto id = parse_integer(call.param("key"));
  if (!id) return Errc::not_found;
  TRY_VOID(call.services.credentials.revoke_key(call.account, *id, actor_of(call), call.now));
  return Reply{204, {}, {}, {}, {}};
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/keys", "listKeys", "API keys, secrets not included", Permission::key_read, list,
     "", "KeyList", 200, false, kListQuery},
    {Method::post, "/accounts/{account}/keys", "createKey", "Make a key; its secret is shown once",
     Permission::key_write, create, "NewKey", "NewKeyAnswer", 201, true},
    {Method::del, "/accounts/{account}/keys/{key}", "revokeKey", "End a key at once", Permission::key_write, revoke, "",
     "", 204},
};

}  // namespace

std::span<const Route> key_routes() { return kRoutes; }

}  // namespace postage::api
