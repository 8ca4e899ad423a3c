// What holds for every route: tenants, roles, problems, the OpenAPI document.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "api/route_targets.h"

namespace postage::api {
namespace {

using testing::Seen;
using testing::World;

/// A target of `route` with real ids of acme.
std::string target_of(const Route& route, const World& world) {
  return testing::filled_target(route, testing::usual_values(world));
}

bool names_a_tenant(const Route& route) {
  return route.path.find("{account}") != std::string_view::npos ||
         route.path.find("{project}") != std::string_view::npos;
}

/// A body that no route takes: what passes tenants and roles then ends in 400, and nothing is changed.
constexpr char kUseless[] = "[]";

TEST(EveryRoute, RefusesWhoHasNoCredentials) {
  World world;
  for (const Route& route : all_routes()) {
    if (route.need.kind == Need::Kind::nobody) continue;
    const std::string method(method_name(route.method));
    const Seen none = world.send(method, target_of(route, world), "", kUseless);
    EXPECT_EQ(none.status, 401) << route.id;
    EXPECT_EQ(none.text("name"), "unauthorized") << route.id;
    EXPECT_FALSE(none.header("WWW-Authenticate").empty()) << route.id;
    EXPECT_EQ(world.send(method, target_of(route, world), "ps_" + std::string(43, 'x'), kUseless).status, 401)
        << route.id;
    EXPECT_EQ(world.send(method, target_of(route, world), "pk_1." + std::string(43, 'x'), kUseless).status, 401)
        << route.id;
  }
}

TEST(EveryRoute, HidesAnotherTenantsThingsAndShowsAllToOperators) {
  World world;
  const auto key = world.credentials->create_key(world.rival, "k", auth::Role::developer, auth::Actor::system("t"),
                                                 world.clock.wall());
  int tried = 0;
  for (const Route& route : all_routes()) {
    if (!names_a_tenant(route)) continue;
    ++tried;
    const std::string method(method_name(route.method));
    for (const std::string& other : {world.stranger, key->secret}) {
      const Seen hidden = world.send(method, target_of(route, world), other, kUseless);
      EXPECT_EQ(hidden.status, 404) << route.id;
      EXPECT_EQ(hidden.text("name"), "not_found") << route.id;
      EXPECT_EQ(hidden.text("detail"), "there is no such thing") << route.id;
    }
    const Seen shown = world.send(method, target_of(route, world), world.operator_token, kUseless);
    EXPECT_EQ(shown.status, 400) << route.id << " " << shown.body;
  }
  EXPECT_GE(tried, 35);
}

TEST(EveryRoute, AnUnknownTenantLooksLikeAForeignOne) {
  World world;
  for (const char* id : {"999", "0", "-1", "abc", "1e3", "99999999999999999999", "%20"}) {
    for (const char* path : {"/v1/accounts/", "/v1/projects/"}) {
      const Seen seen = world.get(path + std::string(id), world.owner);
      EXPECT_EQ(seen.status, 404) << path << id;
    }
  }
}

TEST(EveryRoute, AsksForItsPermissionOfEveryRole) {
  World world;
  int pairs = 0;
  for (const auth::RoleRow& row : auth::role_rows()) {
    const std::string email = std::string(row.name) + ".role@example.com";
    const std::string token = row.realm == auth::Realm::customer ? world.person(email, world.acme, row.role)
                                                                 : world.operator_of(email, row.role);
    for (const Route& route : all_routes()) {
      if (route.need.kind != Need::Kind::permission) continue;
      ++pairs;
      world.clock.advance(seconds(1));
      const bool over_all = !names_a_tenant(route);
      const bool granted =
          auth::grants(row.role, route.need.permission) && (!over_all || row.realm == auth::Realm::operators);
      const Seen seen = world.send(std::string(method_name(route.method)), target_of(route, world), token, kUseless);
      EXPECT_EQ(seen.status, granted ? 400 : 403) << route.id << " as " << row.name << " " << seen.body;
      if (!granted) {
        EXPECT_EQ(seen.text("name"), "forbidden");
      }
    }
  }
  EXPECT_GE(pairs, 300);
}

TEST(EveryRoute, RefusesUnknownQueryParameters) {
  World world;
  for (const Route& route : all_routes()) {
    const std::string target = target_of(route, world) + "?colour=red";
    const Seen seen = world.send(std::string(method_name(route.method)), target, world.operator_token, kUseless);
    EXPECT_EQ(seen.status, 400) << route.id;
    EXPECT_EQ(seen.text("pointer"), "?colour") << route.id;
  }
}

TEST(Router, TellsUnknownPathsFromWrongMethods) {
  World world;
  EXPECT_EQ(world.get("/v1/nothing", world.owner).status, 404);
  EXPECT_EQ(world.get("/v1", world.owner).status, 404);
  EXPECT_EQ(world.get("/v1/%zz", world.owner).status, 400);
  const Seen wrong = world.send("PUT", "/v1/me", world.owner);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET");
  EXPECT_EQ(world.send("HEAD", "/v1/me", world.owner).status, 200);
  EXPECT_TRUE(Router::owns("/v1/me") && Router::owns("/v1?x") && !Router::owns("/v10") && !Router::owns("/"));
}

TEST(Router, WantsJsonBodiesAndOnlyWhereTheyBelong) {
  World world;
  const std::string path = world.account_path() + "/projects";
  const Seen text = world.send("POST", path, "", R"({"name":"x"})", {{"content-type", "text/plain"}});
  EXPECT_EQ(text.status, 401);
  Seen seen;
  world.router->handle(
      {"POST", path, {{"authorization", "bearer " + world.owner}, {"Content-Type", "text/plain"}}, "{}", ""},
      Answer([&](const Response& response) { seen.status = response.status; }));
  EXPECT_EQ(seen.status, 415);
  EXPECT_EQ(world.send("GET", "/v1/me", world.owner, "{}").status, 400);
}

TEST(Routes, HaveUniqueNamesAndPathsAndKnownSchemas) {
  std::set<std::string_view> ids, schemas;
  std::set<std::pair<Method, std::string_view>> paths;
  for (const Schema& each : all_schemas()) {
    EXPECT_TRUE(schemas.empty() || *schemas.rbegin() < each.name) << each.name;
    schemas.insert(each.name);
    EXPECT_TRUE(Json::parse(each.json, nullptr, false).is_object()) << each.name;
  }
  for (const Route& route : all_routes()) {
    EXPECT_TRUE(ids.insert(route.id).second) << route.id;
    EXPECT_TRUE(paths.insert({route.method, route.path}).second) << route.path;
    for (const std::string_view name : {route.body, route.answer}) {
      EXPECT_TRUE(name.empty() || schemas.contains(name)) << route.id << " " << name;
    }
    EXPECT_EQ(route.method == Method::get && !route.body.empty(), false) << route.id;
  }
}

/// Every "#/components/schemas/X" in the document names a schema that is there.
void collect_references(const Json& part, std::set<std::string>& found) {
  if (part.is_object() && part.contains("$ref")) found.insert(part["$ref"].get<std::string>());
  if (!part.is_structured()) return;
  for (const Json& each : part) collect_references(each, found);
}

TEST(OpenApi, IsTheGoldenFile) {
  const std::string now = Router::openapi();
  std::ifstream file(POSTAGE_SOURCE_DIR "/docs/openapi.json", std::ios::binary);
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  if (now == golden) return;
  const std::string path = ::testing::TempDir() + "openapi.json";
  std::ofstream(path, std::ios::binary) << now;
  FAIL() << "the REST surface changed; if that is meant, copy " << path << " over docs/openapi.json";
}

TEST(OpenApi, NamesEverySchemaItUsesAndIsServed) {
  World world;
  const Seen seen = world.get("/v1/openapi.json", "");
  ASSERT_EQ(seen.status, 200);
  EXPECT_EQ(seen.body, Router::openapi());
  std::set<std::string> references;
  collect_references(seen.json, references);
  for (const std::string& each : references) {
    EXPECT_TRUE(seen.json.contains(Json::json_pointer(each.substr(1)))) << each;
  }
  EXPECT_EQ(seen.json["paths"].size(), [] {
    std::set<std::string_view> paths;
    for (const Route& route : all_routes()) paths.insert(route.path);
    return paths.size();
  }());
}

TEST(Problems, EveryErrorRowRendersAsProblemJson) {
  for (const ErrorRow& row : error_rows()) {
    if (row.code == Errc::ok) continue;
    Problem problem(row.code, "what and where", "/member");
    const Response response = render(problem, "r-1");
    const Json body = Json::parse(response.body, nullptr, false);
    ASSERT_TRUE(body.is_object()) << row.name;
    EXPECT_EQ(response.status, row.http) << row.name;
    EXPECT_EQ(body["status"], row.http);
    EXPECT_EQ(body["title"], std::string(row.text));
    EXPECT_EQ(body["code"], static_cast<int>(row.code));
    EXPECT_EQ(body["name"], std::string(row.name));
    EXPECT_EQ(body["retry"], std::string(retry_name(row.retry)));
    EXPECT_EQ(body["pointer"], "/member");
    EXPECT_EQ(body["request_id"], "r-1");
    EXPECT_EQ(body["detail"], row.http == 500 ? std::string(row.text) : "what and where") << row.name;
    bool retry_after = false, problem_type = false;
    for (const Header& each : response.headers) {
      retry_after |= each.name == "Retry-After";
      problem_type |= each.value == "application/problem+json";
    }
    EXPECT_TRUE(problem_type);
    EXPECT_EQ(retry_after, row.http == 429 || row.http == 503) << row.name;
  }
}

TEST(Problems, AQuotaSaysWhichAndHowMuchAndWhenItIsOver) {
  Problem problem(Errc::quota_messages, "the plan's messages are used up");
  problem.quota = QuotaFacts{"messages", "3000000", "2999999", "11", Instant(seconds(1'800'000'000))};
  const Response response = render(problem, "");
  const Json body = Json::parse(response.body);
  EXPECT_EQ(response.status, 402);
  EXPECT_EQ(body["meter"], "messages");
  EXPECT_EQ(body["limit"], "3000000");
  EXPECT_EQ(body["used"], "2999999");
  EXPECT_EQ(body["needed"], "11");
  EXPECT_EQ(body["reset"], "2027-01-15T08:00:00.000Z");
}

TEST(Problems, AnAnswerNobodyGivesIsAnInternalError) {
  int status = 0;
  {
    const Answer dropped([&](Response response) { status = response.status; });
  }
  EXPECT_EQ(status, 500);
  int count = 0;
  const Answer twice([&](const Response&) { ++count; });
  twice({});
  twice({});
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace postage::api
