// The description of this surface itself.
#include "api/resources.h"
#include "api/router.h"

namespace postage::api {
namespace {

Outcome openapi(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  return Reply{200, {}, Router::openapi(), "application/json", {}};
}

const Route kRoutes[] = {
    {Method::get, "/openapi.json", "getOpenApi", "This document", kNobody, openapi, "", ""},
};

}  // namespace

std::span<const Route> document_routes() { return kRoutes; }

}  // namespace postage::api
