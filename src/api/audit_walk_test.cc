// Every route that changes something leaves a record of who did it in the audit log, in the chain, when it succeeds. A new
// route with a writing method needs one line here.
#include <gtest/gtest.h>

#include <functional>

#include "api/route_targets.h"
#include "invoice/close.h"

namespace postage::api {
namespace {

using testing::Seen;
using testing::usual_values;
using testing::World;

using Values = testing::PathValues;

/// A call of a route that succeeds, made by the operator in a fresh World.
struct Sample {
  std::string_view route;  ///< its operationId
  std::string body;        ///< "": none
  /// What must be there before, and the path parameters that differ from usual_values().
  std::function<Values(World&)> prepare = {};
};

/// Routes with a writing method that store no change.
struct Exception {
  std::string_view route;
  std::string_view reason;
};

constexpr Exception kLeavesNone[] = {
    {"lintCatalogue", "reads a text and stores nothing"},
    {"previewCatalogue", "computes what a catalogue would change and stores nothing"},
    {"publishMessage", "a message is metered and billed; it changes no setting"},
    {"createToken", "signs a text for the caller and stores nothing"},
};

Values with_key(World& world) {
  const auto key = world.credentials->create_key(world.acme, "k", auth::Role::viewer, auth::Actor::system("test"), world.clock.wall());
  return {{"key", std::to_string(key->info.id)}};
}

Values with_person(World& world) {
  world.person("walker@acme.example", world.acme, auth::Role::viewer);
  const Seen people = world.get(world.account_path() + "/people", world.operator_token);
  for (const auto& each : people.json["items"]) {
    if (each["email"] == "walker@acme.example") return {{"person", each["id"].get<std::string>()}};
  }
  return {};
}

Values with_request(World& world) {
  const Seen made = world.send("POST", world.account_path() + "/support-requests", world.owner, R"({"subject":"s","text":"t"})");
  return {{"request", made.text("id")}};
}

/// Closes January, so that PO-2026-000001 is acme's; the operator logs in anew in February.
Values with_invoice(World& world) {
  invoice::MonthClose::Ports ports{*world.database, world.billing->history(), *world.accounts, world.usage, &world.outbox};
  ports.settler = world.payments.get();
  invoice::MonthClose close(ports, {});
  world.clock.set(invoice::testing::at("2026-02-03T10:00:00+08:00"));
  CHECK(close.tick(world.clock.wall())->closed == 2);
  const std::string me = R"({"email":"op@postage.example","password":"correct horse battery"})";
  world.operator_token = world.send("POST", "/v1/session", "", me).text("token");
  return {{"number", "PO-2026-000001"}};
}

Values with_payment(World& world) {
  Values values = with_invoice(world);
  world.send("POST", world.account_path() + "/payments", world.operator_token,
             R"({"id":"T1","date":"2026-02-03","amount":"500.00","currency":"CNY"})");
  values["payment"] = world.get(world.account_path() + "/payments", world.operator_token).json["items"][0]["payment"];
  return values;
}

Values in_suspense(World& world) {
  world.send("POST", "/v1/payments/import", world.operator_token,
             R"({"csv":"id,date,amount,currency,reference\nB2,2026-01-03,5.00,CNY,?\n"})");
  return {{"payment", world.get("/v1/payments/suspense", world.operator_token).json["items"][0]["payment"]}};
}

std::string draft_of_cn27() {
  Json document = Json::parse(*catalog::builtin_text("cn26"));
  document["name"] = "cn27";
  document["effective_from"] = "2026-03-01";
  return Json{{"text", document.dump()}, {"replaces", "cn26"}, {"reason", "walk"}}.dump();
}

Values with_draft(World& world) {
  world.send("POST", "/v1/catalogues", world.operator_token, draft_of_cn27());
  return {{"catalogue", "cn27"}};
}

Values with_catalogue(World& world) {
  const Values values = with_draft(world);
  world.send("POST", "/v1/catalogues/cn27:publish", world.operator_token, R"({"reason":"walk"})");
  return values;
}

constexpr char kMove[] = R"({"catalogue":"cn27","from":"2026-03","reason":"walk"})";

Values with_move(World& world) {
  const Values values = with_catalogue(world);
  world.send("PUT", world.account_path() + "/catalogue", world.operator_token, kMove);
  return values;
}

Values with_cap(World& world) {
  const Seen made = world.send("POST", world.account_path() + "/caps", world.operator_token, R"({"scope":"account","units":"1000"})");
  return {{"cap", made.text("id")}};
}

Values with_contract(World& world) {
  world.send("PUT", world.account_path() + "/contract", world.operator_token, R"({"discount_percent":"10","reason":"walk"})");
  return {};
}

Values with_downgrade(World& world) {
  world.send("PUT", world.account_path() + "/plan", world.operator_token, R"({"plan":"free"})");
  return {};
}

Values prepaid(World& world) {
  world.send("PUT", world.account_path() + "/prepaid", world.operator_token, R"({"prepaid":true,"reason":"walk"})");
  return {};
}

const std::vector<Sample>& samples() {
  static const std::vector<Sample> kAll = {
      {"createAccount", R"({"name":"New","email":"n@new.example"})"},
      {"changeAccount", R"({"name":"Acme Ltd"})"},
      {"suspendAccount", ""},
      {"restoreAccount", "", [](World& world) {
         world.send("POST", world.account_path() + ":suspend", world.operator_token);
         return Values{};
       }},
      {"createProject", R"({"name":"third"})"},
      {"changeProject", R"({"name":"other"})"},
      {"deleteProject", ""},
      {"rotateCertificate", ""},
      {"changeCertificate", R"({"enabled":false})"},
      {"deleteCertificate", "", [](World& world) {
         world.send("POST", "/v1/projects/" + std::to_string(world.chat.value) + "/certificates/secondary:rotate", world.operator_token);
         return Values{};
       }},
      {"createKey", R"({"name":"k","role":"viewer"})"},
      {"revokeKey", "", with_key},
      {"addPerson", R"({"email":"new@acme.example","role":"viewer","name":"New","password":"correct horse battery"})"},
      {"changePerson", R"({"role":"billing"})", with_person},
      {"removePerson", "", with_person},
      {"logIn", R"({"email":"op@postage.example","password":"correct horse battery"})"},
      {"logOut", ""},
      {"changePlan", R"({"plan":"premium"})"},
      {"setBudget", R"({"amount":"500.00","reason":"walk"})"},
      {"setContract", R"({"discount_percent":"10","reason":"walk"})"},
      {"setTax", R"({"rate_percent":"6","reason":"walk"})"},
      {"announceMaintenance", R"({"starts_at":"2026-01-20T00:00:00Z","ends_at":"2026-01-20T02:00:00Z","reason":"walk"})"},
      {"openSupportRequest", R"({"subject":"s","text":"t"})"},
      {"commentSupportRequest", R"({"text":"t"})", with_request},
      {"closeSupportRequest", "", with_request},
      {"voidInvoice", R"({"reason":"walk"})", with_invoice},
      {"creditInvoice", R"({"amount":"1.00","reason":"walk"})", with_invoice},
      {"draftCatalogue", draft_of_cn27()},
      {"publishCatalogue", R"({"reason":"walk"})", with_draft},
      {"withdrawCatalogue", R"({"reason":"walk"})", with_catalogue},
      {"moveAccount", kMove, with_catalogue},
      {"keepAccount", "", with_move},
      {"keepPlan", "", with_downgrade},
      {"cancelPlan", ""},
      {"endContract", R"({"reason":"walk"})", with_contract},
      {"makeCap", R"({"scope":"account","units":"1000"})"},
      {"changeCap", R"({"units":"2000"})", with_cap},
      {"removeCap", "", with_cap},
      {"recordPayment", R"({"id":"T1","date":"2026-01-03","amount":"5.00","currency":"CNY"})"},
      {"reversePayment", R"({"reason":"walk"})", with_payment},
      {"importPayments", R"({"csv":"id,date,amount,currency,reference\nB2,2026-01-03,5.00,CNY,?\n"})"},
      {"assignPayment", R"({"account":"1","reason":"walk"})", in_suspense},
      {"addCredit", R"({"reference":"C1","amount":"1.00","reason":"walk"})"},
      {"addRefund", R"({"reference":"R1","amount":"1.00","reason":"walk"})", with_payment},
      {"writeOff", R"({"reference":"W1","amount":"1.00","invoice":"PO-2026-000001","reason":"walk"})", with_invoice},
      {"setCollection", R"({"mode":"classic","reason":"walk"})"},
      {"setPrepaid", R"({"prepaid":true,"reason":"walk"})"},
      {"addGrant", R"({"kind":"granted","reference":"G1","amount":"1.00","reason":"walk"})", prepaid},
  };
  return kAll;
}

const Sample* sample_of(std::string_view route) {
  for (const Sample& each : samples()) {
    if (each.route == route) return &each;
  }
  return nullptr;
}

void walk(const Route& route, const Sample& sample) {
  World world;
  Values values = usual_values(world);
  if (sample.prepare) {
    for (const auto& [name, value] : sample.prepare(world)) values[name] = value;
  }
  const std::int64_t before = world.audit->verify().value();
  const Seen seen = world.send(std::string(method_name(route.method)), testing::filled_target(route, values), world.operator_token, sample.body);
  ASSERT_TRUE(seen.status >= 200 && seen.status < 300)
      << route.id << ": the sample call of src/api/audit_walk_test.cc must succeed, but got " << seen.status << " " << seen.body;
  const auto after = world.audit->verify();
  ASSERT_TRUE(after) << route.id << ": " << after.error().to_string();
  const auto events = world.audit->list({.limit = 1000}).value();
  bool by_caller = false;
  for (const auth::AuditEvent& each : events) {
    if (each.number > before) by_caller = by_caller || each.actor.name == "op@postage.example";
  }
  EXPECT_TRUE(by_caller) << route.id << " succeeded and left no audit record of who called it. Write one in the "
                         << "transaction of the change: auth::AuditLog::append_in, or the port db::AuditTrail.";
}

TEST(EveryWritingRoute, LeavesAnAuditRecordOfWhoCalledIt) {
  int walked = 0;
  for (const Route& route : all_routes()) {
    if (route.method == Method::get) continue;
    const bool excepted = std::ranges::any_of(kLeavesNone, [&](const Exception& each) { return each.route == route.id; });
    const Sample* sample = sample_of(route.id);
    EXPECT_TRUE(excepted || sample != nullptr)
        << route.id << " (" << method_name(route.method) << " " << route.path << ") has a writing method and no sample. Add a "
        << "line to samples() in src/api/audit_walk_test.cc: its id and a body with which the operator succeeds. If it stores "
        << "no change, add it to kLeavesNone with the reason.";
    EXPECT_FALSE(excepted && sample != nullptr) << route.id << " is excepted and has a sample";
    if (sample == nullptr) continue;
    walk(route, *sample);
    ++walked;
  }
  EXPECT_EQ(walked, static_cast<int>(samples().size())) << "a sample names a route that does not exist";
}

}  // namespace
}  // namespace postage::api
