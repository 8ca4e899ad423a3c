// Accounts: the tenants.
#include "api/resources.h"
#include "api/services.h"
#include "api/usage_view.h"
#include "api/views.h"
#include "auth/audit.h"
#include "invoice/catalogue_desk.h"

namespace postage::api {
namespace {

using auth::Permission;

/// Accounts the caller may see: an operator all, others their own.
std::vector<const auth::AccountInfo*> visible(const Call& call, const auth::DirectorySnapshot& snapshot) {
  std::vector<const auth::AccountInfo*> seen;
  for (const auth::AccountInfo* each : snapshot.accounts()) {
    if (auth::may(call.who, Permission::account_read, each->id)) seen.push_back(each);
  }
  return seen;
}

Outcome list(Call& call) {
  const Page page = read_page(call.query);
  const auto usage = call.query.choice("usage", {"0", "1"});
  if (auto mistake = call.query.mistake()) return *mistake;
  const auto snapshot = call.services.directory.snapshot();
  Json answer = page_of(
      visible(call, *snapshot), page.cursor.value_or(0), page.limit, [](const auto* each) { return each->id.value; },
      [&](const auth::AccountInfo* each) {
        Json shown = account_json(*each);
        const bool counted = usage == "1" && auth::may(call.who, Permission::usage_read, each->id);
        if (counted) add_usage_summary(shown, call, each->id, auth::may(call.who, Permission::bill_read, each->id));
        return shown;
      });
  return answer;
}

/// The catalogue of a new account: the one named, which must be in force, or the newest that follows the server's own.
std::optional<Problem> choose_catalogue(const Call& call, const std::optional<std::string>& named, std::string& chosen) {
  invoice::CatalogueDesk& desk = *call.services.catalogues;
  if (!named) {
    auto newest = desk.for_new_accounts(call.services.catalogue, call.now);
    if (!newest) return Problem(newest.error());
    chosen = *std::move(newest);
    return std::nullopt;
  }
  chosen = *named;
  const auto own = desk.publication(*named);
  if (!own) return Problem(own.error());
  if (!*own) return std::nullopt;
  const catalog::Publication& publication = **own;
  if (publication.state == catalog::PublicationState::published && publication.effective_at() <= call.now) return std::nullopt;
  return Problem(Errc::bad_request, "the catalogue is not in force now", "/catalogue");
}

Outcome create(Call& call) {
  Body body(call.request.body);
  auth::NewAccount fields;
  fields.name = body.text("name", {1, 200});
  fields.email = body.text("email", {3, 254});
  fields.locale = body.maybe_text("locale", {2, 16}).value_or(fields.locale);
  const auto named = body.maybe_text("catalogue", {1, 64});
  fields.plan = body.maybe_text("plan", {1, 64}).value_or(fields.plan);
  if (auto mistake = body.mistake()) return *mistake;
  if (auto problem = choose_catalogue(call, named, fields.catalogue)) return *problem;
  const auto catalogue = call.services.billing.catalogues().find(fields.catalogue);
  if (!catalogue) return Problem(Errc::bad_request, "there is no catalogue of that name", "/catalogue");
  if (!catalogue->catalogue->find(fields.plan)) {
    return Problem(Errc::bad_request, "the catalogue has no plan of that name", "/plan");
  }
  const auto opened = call.services.directory.create_account(fields, actor_of(call), call.now);
  if (!opened) return pointed(opened.error());
  const auth::AccountInfo& made = *opened;
  TRY_VOID(call.services.billing.open_account(made.id, changed_by(call, "account opened")));
  return Reply{201, account_json(made), {}, {}, {{"Location", "/v1/accounts/" + id_text(made.id)}}};
}

Outcome get(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  const auto snapshot = call.services.directory.snapshot();
  const auth::AccountInfo* account = snapshot->account(call.account);
  if (!account) return Errc::not_found;
  return account_json(*account);
}

Outcome change(Call& call) {
  Body body(call.request.body);
  auth::AccountChange fields;
  fields.name = body.maybe_text("name", {1, 200});
  fields.email = body.maybe_text("email", {3, 254});
  fields.locale = body.maybe_text("locale", {2, 16});
  if (auto mistake = body.mistake()) return *mistake;
  TRY(changed, call.services.directory.change_account(call.account, fields, actor_of(call), call.now));
  return account_json(changed);
}

Outcome set_suspended(Call& call, bool suspended) {
  Body body(call.request.body, true);
  auth::AccountChange fields;
  fields.suspended = suspended;
  const std::string why = body.maybe_text("reason", {0, 500}).value_or("");
  if (auto mistake = body.mistake()) return *mistake;
  // The reason is on record before anybody is cut off: a reason that cannot be kept leaves the account as it is.
  if (!why.empty()) {
    const auth::AuditDraft reason{actor_of(call), suspended ? "account.suspend" : "account.restore", call.account, {},
                                  "account " + id_text(call.account), {{"why", why}}};
    TRY_VOID(call.services.audit.append(reason, call.now));
  }
  TRY(changed, call.services.directory.change_account(call.account, fields, actor_of(call), call.now));
  return account_json(changed);
}
Outcome suspend(Call& call) { return set_suspended(call, true); }
Outcome restore(Call& call) { return set_suspended(call, false); }

const Parameter kListQuery[] = {kLimitParameter,
                                kCursorParameter,
                                {"usage", R"({"type":"string","enum":["0","1"]})",
                                 "1: each account also carries `meters` and `bill` of the running month"}};

const Route kRoutes[] = {
    {Method::get, "/accounts", "listAccounts", "Accounts that the caller may see", kAnybody, list, "", "AccountList",
     200, false, kListQuery},
    {Method::post, "/accounts", "createAccount", "Open an account", Permission::account_create, create, "NewAccount",
     "Account", 201, true},
    {Method::get, "/accounts/{account}", "getAccount", "One account", Permission::account_read, get, "", "Account"},
    {Method::patch, "/accounts/{account}", "changeAccount", "Change name, e-mail or locale", Permission::account_write,
     change, "AccountChange", "Account"},
    {Method::post, "/accounts/{account}:suspend", "suspendAccount", "Refuse the account's connections and publishes",
     Permission::account_suspend, suspend, "OptionalReason", "Account", 200, true},
    {Method::post, "/accounts/{account}:restore", "restoreAccount", "Lift a suspension", Permission::account_suspend,
     restore, "OptionalReason", "Account", 200, true},
};

}  // namespace

std::span<const Route> account_routes() { return kRoutes; }

}  // namespace postage::api
