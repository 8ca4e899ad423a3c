// Price catalogues, open to anybody with credentials.
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"

namespace postage::api {
namespace {

Outcome list(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  const invoice::CatalogueBook& book = call.services.billing.catalogues();
  Json out = {{"items", Json::array()}};
  for (const std::string& name : book.names()) {
    const auto found = book.find(name);
    if (!found) continue;
    const catalog::Catalogue& each = *found->catalogue;
    out["items"].push_back({{"name", name},
                            {"title", {{"en", each.title.en}, {"zh", each.title.zh}}},
                            {"effective_from", each.effective_from},
                            {"currency", std::string(each.currency.code)},
                            {"zone", each.zone.name()},
                            {"sha256", invoice::sha256_hex(found->text)}});
  }
  return out;
}

Outcome plans(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  const auto found = call.services.billing.catalogues().find(call.param("catalogue"));
  if (!found) return Errc::not_found;
  const catalog::Catalogue& catalogue = *found->catalogue;
  Json rows = Json::array();
  for (std::size_t i = 0; i < catalogue.plans.size(); ++i) {
    rows.push_back(plan_json(*catalogue.plans[i], catalogue, static_cast<int>(i)));
  }
  return Json{{"catalogue", catalogue.name},
              {"currency", std::string(catalogue.currency.code)},
              {"zone", catalogue.zone.name()},
              {"plans", std::move(rows)}};
}

/// The catalogue's own text: what invoices keep and offline checks read.
Outcome text(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  const auto found = call.services.billing.catalogues().find(call.param("catalogue"));
  if (!found) return Errc::not_found;
  return Reply{200, {}, found->text, "application/json", {{"ETag", "\"" + invoice::sha256_hex(found->text) + "\""}}};
}

const Route kRoutes[] = {
    {Method::get, "/catalogues", "listCatalogues", "Catalogues that are loaded", kAnybody, list, "", "CatalogueList"},
    {Method::get, "/catalogues/{catalogue}", "getCatalogue", "A catalogue's own text", kAnybody, text, "", "Catalogue"},
    {Method::get, "/catalogues/{catalogue}/plans", "listPlans", "Plans from the smallest to the largest", kAnybody,
     plans, "", "PlanTable"},
};

}  // namespace

std::span<const Route> catalogue_routes() { return kRoutes; }

}  // namespace postage::api
