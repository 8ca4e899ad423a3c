// The operator's desk for catalogues: lint, draft, preview, publish, withdraw, and moving an account.
#include "invoice/catalogue_desk.h"

#include "api/catalogue_view.h"
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "rating/price_lint.h"

namespace postage::api {
namespace {

using auth::Permission;

constexpr std::size_t kTextMax = std::size_t{1024} * 1024;
constexpr std::size_t kReadPerCall = 500;  ///< accounts that one call reads for a preview
constexpr std::int64_t kPageMax = 50;

Outcome lint(Call& call) {
  Body body(call.request.body);
  const auto text = body.maybe_payload("text", kTextMax);
  if (!text) body.refuse("text", "is missing");
  if (auto mistake = body.mistake()) return *mistake;
  const std::vector<catalog::Finding> findings = rating::lint(*text);
  return Json{{"may_publish", rating::may_publish(findings)}, {"findings", findings_json(findings)}};
}

/// Plans of `from` that the body's object `plans` names.
std::map<std::string, std::string> read_plans(Body& body, const catalog::Catalogue* from) {
  std::map<std::string, std::string> plans;
  if (from == nullptr || !body.enter("plans")) return plans;
  for (const catalog::PlanPtr& plan : from->plans) {
    if (const auto to = body.maybe_text(plan->name, {1, 64})) plans[plan->name] = *to;
  }
  body.leave();
  return plans;
}

Outcome draft(Call& call) {
  Body body(call.request.body);
  const auto text = body.maybe_payload("text", kTextMax);
  if (!text) body.refuse("text", "is missing");
  catalog::Succession succession;
  succession.replaces = body.maybe_text("replaces", {1, 64}).value_or("");
  succession.grandfather = body.maybe_flag("grandfather").value_or(true);
  const auto old = call.services.billing.catalogues().find(succession.replaces);
  if (!succession.replaces.empty() && !old) body.refuse("replaces", "there is no catalogue of that name");
  succession.plans = read_plans(body, old ? old->catalogue.get() : nullptr);
  const std::string reason = body.text("reason", {1, 500});
  if (auto mistake = body.mistake()) return *mistake;
  TRY(made, call.services.catalogues->draft(*text, succession, call.now, changed_by(call, reason)));
  Json out = publication_json(made);
  out["findings"] = findings_json(rating::lint(*text));
  return Reply{201, std::move(out), {}, {}, {{"Location", "/v1/catalogues/" + made.name + "/publication"}}};
}

Outcome list(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(all, call.services.catalogues->publications());
  Json out = {{"items", Json::array()}};
  for (const catalog::Publication& each : all) out["items"].push_back(publication_json(each));
  return out;
}

Outcome show(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(found, call.services.catalogues->publication(call.param("catalogue")));
  if (!found) return Errc::not_found;
  Json out = publication_json(*found);
  out["findings"] = findings_json(rating::lint(found->text));
  return out;
}

using Change = Result<catalog::Publication> (invoice::CatalogueDesk::*)(std::string_view, Instant, const invoice::ChangedBy&);

Outcome change(Call& call, Change what) {
  Body body(call.request.body);
  const std::string reason = body.text("reason", {1, 500});
  if (auto mistake = body.mistake()) return *mistake;
  TRY(changed, (call.services.catalogues->*what)(call.param("catalogue"), call.now, changed_by(call, reason)));
  return publication_json(changed);
}
Outcome publish(Call& call) { return change(call, &invoice::CatalogueDesk::publish); }
Outcome withdraw(Call& call) { return change(call, &invoice::CatalogueDesk::withdraw); }

/// Reads some more accounts, then shows totals and, when all are read, a page of rows.
Outcome show_preview(invoice::CataloguePreview& preview, std::size_t first, std::size_t count) {
  TRY_VOID(preview.step(kReadPerCall));
  TRY(shown, preview_json(preview, first, count));
  return std::move(shown);
}

Outcome begin_preview(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(preview, call.services.catalogues->begin_preview(call.param("catalogue"), call.now));
  return show_preview(*preview, 0, static_cast<std::size_t>(kPageMax));
}

Outcome go_on_with_preview(Call& call) {
  const auto limit = call.query.integer("limit", 1, kPageMax);
  const auto cursor = call.query.integer("cursor", 0, INT64_MAX);
  if (auto mistake = call.query.mistake()) return *mistake;
  const auto preview = call.services.catalogues->preview(call.param("catalogue"));
  if (!preview) return Errc::not_found;
  return show_preview(*preview, static_cast<std::size_t>(cursor.value_or(0)), static_cast<std::size_t>(limit.value_or(kPageMax)));
}

Json move_json(const invoice::Terms& terms) {
  const auto& move = terms.subscription.move();
  Json next = nullptr;
  if (move) {
    next = {{"catalogue", move->catalogue->name},
            {"from", move->from.text()},
            {"plan", terms.subscription.next_plan() ? terms.subscription.next_plan()->name
                                                    : move->successor(terms.subscription.plan()->name)->name}};
  }
  return {{"account", id_text(terms.account)}, {"catalogue", terms.catalogue.catalogue->name},
          {"plan", terms.subscription.plan()->name}, {"next", std::move(next)}};
}

Outcome answer_move(Call& call) {
  TRY(terms, call.services.billing.terms(call.account, call.now));
  return move_json(terms);
}

Outcome move(Call& call) {
  Body body(call.request.body);
  const std::string target = body.text("catalogue", {1, 64});
  const std::string month_text = body.text("from", {7, 7});
  const auto from = parse_month(month_text);
  if (!from && month_text.size() == 7) body.refuse("from", from.error().detail);
  const auto terms = call.services.billing.terms(call.account, call.now);
  const auto plans = read_plans(body, terms ? terms->catalogue.catalogue.get() : nullptr);
  const std::string reason = body.text("reason", {1, 500});
  if (auto mistake = body.mistake()) return *mistake;
  const auto moved =
      call.services.catalogues->move_account(call.account, target, *from, plans, call.now, changed_by(call, reason));
  if (!moved) return pointed(moved.error());
  return answer_move(call);
}

Outcome stay(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY_VOID(call.services.catalogues->keep_account(call.account, call.now, changed_by(call, "the move was taken back")));
  return answer_move(call);
}

const Parameter kPreviewQuery[] = {{"limit", R"({"type":"integer","minimum":1,"maximum":50,"default":50})", "most rows"},
                                   kCursorParameter};

const Route kRoutes[] = {
    {Method::post, "/catalogues:lint", "lintCatalogue", "What is wrong with a catalogue's text, or looks so",
     Permission::catalogue_write, lint, "CatalogueText", "CatalogueLint"},
    {Method::post, "/catalogues", "draftCatalogue", "Keep a draft; a later one of the same name replaces it",
     Permission::catalogue_write, draft, "CatalogueDraft", "CataloguePublication", 201},
    {Method::get, "/catalogue-publications", "listPublications", "The operator's own catalogues, drafts too",
     Permission::account_list, list, "", "CataloguePublicationList"},
    {Method::get, "/catalogues/{catalogue}/publication", "getPublication", "One of them, with the linter's findings",
     Permission::account_list, show, "", "CataloguePublication"},
    {Method::post, "/catalogues/{catalogue}:publish", "publishCatalogue",
     "Publish the newest draft for good: accounts may be opened on it and moved to it", Permission::catalogue_write, publish,
     "Reason", "CataloguePublication"},
    {Method::post, "/catalogues/{catalogue}:withdraw", "withdrawCatalogue", "Take it back before its month begins",
     Permission::catalogue_write, withdraw, "Reason", "CataloguePublication"},
    {Method::post, "/catalogues/{catalogue}:preview", "previewCatalogue",
     "Begin a report of what it changes for each account of the catalogue it replaces", Permission::catalogue_write,
     begin_preview, "", "CataloguePreview"},
    {Method::get, "/catalogues/{catalogue}/preview", "getCataloguePreview",
     "Go on with the report: each call reads some more accounts; when `done`, rows by largest change",
     Permission::account_list, go_on_with_preview, "", "CataloguePreview", 200, false, kPreviewQuery},
    {Method::put, "/accounts/{account}/catalogue", "moveAccount",
     "Move an account to another catalogue from a month's first instant on", Permission::catalogue_write, move,
     "CatalogueMove", "AccountCatalogue", 200, true},
    {Method::del, "/accounts/{account}/catalogue", "keepAccount", "Take a move back that has not begun",
     Permission::catalogue_write, stay, "", "AccountCatalogue"},
};

}  // namespace

std::span<const Route> catalogue_desk_routes() { return kRoutes; }

}  // namespace postage::api
