// The OpenAPI 3.1 document, made from the route tables and the schemas: a route that is not in a table does not exist,
// and one that is cannot be missing here.
#include <fmt/format.h>

#include "api/route.h"
#include "api/router.h"
#include "base/check.h"

namespace postage::api {
namespace {

constexpr std::string_view kDescription =
    "REST surface of Postage: accounts, projects, usage, bills, invoices, plans and messages.\n\n"
    "Ids, quantities, money and positions are decimal strings; instants are ISO 8601. A request body is one JSON "
    "object: "
    "unknown members, members that are there twice, and numbers with a fraction are refused, as are unknown query "
    "parameters. Errors are application/problem+json (RFC 9457). A POST that is sent again with the same "
    "Idempotency-Key "
    "within a day is answered again, not done again. Lists answer {items, next?}; send `next` as `cursor`.";

Json reference(std::string_view schema) { return {{"$ref", fmt::format("#/components/schemas/{}", schema)}}; }

/// Our own rows: a mistake in one ends the process, and a test reads them all.
Json parsed(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  CHECK(!json.is_discarded());
  return json;
}

/// "/a/{b}:rotate" -> parameters b.
Json path_parameters(std::string_view path) {
  Json out = Json::array();
  std::size_t at = 0;
  while ((at = path.find('{', at)) != std::string_view::npos) {
    const std::size_t end = path.find('}', at);
    out.push_back({{"name", std::string(path.substr(at + 1, end - at - 1))},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}}}});
    at = end;
  }
  return out;
}

Json parameters_of(const Route& route) {
  Json out = path_parameters(route.path);
  for (const Parameter& each : route.query) {
    out.push_back({{"name", std::string(each.name)},
                   {"in", each.header ? "header" : "query"},
                   {"required", false},
                   {"description", std::string(each.text)},
                   {"schema", parsed(each.schema)}});
  }
  if (route.once) {
    out.push_back({{"name", "Idempotency-Key"},
                   {"in", "header"},
                   {"required", false},
                   {"description", "1 to 200 bytes; the same key answers the same"},
                   {"schema", {{"type", "string"}, {"maxLength", 200}}}});
  }
  return out;
}

Json answers_of(const Route& route) {
  Json good = {{"description", route.status == 204 ? "done" : "the answer"}};
  if (!route.answer.empty()) {
    good["content"]["application/json"]["schema"] = reference(route.answer);
  } else if (route.status != 204 && route.also.empty()) {
    good["content"]["application/json"]["schema"] = {{"type", "object"}};
  }
  if (!route.also.empty()) good["content"][std::string(route.also)]["schema"] = {{"type", "string"}};
  Json bad = {{"description", "a refusal or a failure"}};
  bad["content"]["application/problem+json"]["schema"] = reference("Problem");
  return {{std::to_string(route.status), std::move(good)}, {"default", std::move(bad)}};
}

Json operation_of(const Route& route) {
  Json out = {{"operationId", std::string(route.id)}, {"summary", std::string(route.summary)}};
  const std::string_view first = route.path.substr(1, route.path.find_first_of("/?", 1) - 1);
  out["tags"] = Json::array({std::string(first)});
  if (route.need.kind == Need::Kind::nobody) out["security"] = Json::array();
  if (route.need.kind == Need::Kind::permission) {
    out["x-permission"] = std::string(auth::permission_name(route.need.permission));
  }
  if (Json parameters = parameters_of(route); !parameters.empty()) out["parameters"] = std::move(parameters);
  if (!route.body.empty()) {
    out["requestBody"] = {{"required", true}, {"content", {{"application/json", {{"schema", reference(route.body)}}}}}};
  }
  out["responses"] = answers_of(route);
  return out;
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(c | 0x20);
  return out;
}

}  // namespace

std::string Router::openapi() {
  Json document = {{"openapi", "3.1.0"},
                   {"info",
                    {{"title", "Postage"},
                     {"version", "1"},
                     {"description", std::string(kDescription)},
                     {"license", {{"name", "See LICENSE"}, {"identifier", "LicenseRef-Postage"}}}}},
                   {"servers", Json::array({{{"url", "/v1"}}})},
                   {"security", Json::array({{{"bearer", Json::array()}}})}};
  document["paths"] = Json::object();
  for (const Route& route : all_routes()) {
    document["paths"][std::string(route.path)][lower(method_name(route.method))] = operation_of(route);
  }
  document["components"]["securitySchemes"]["bearer"] = {
      {"type", "http"}, {"scheme", "bearer"}, {"description", "a session token of POST /session, or an API key"}};
  for (const Schema& each : all_schemas()) {
    document["components"]["schemas"][std::string(each.name)] = parsed(each.json);
  }
  return document.dump(1) + "\n";
}

}  // namespace postage::api
