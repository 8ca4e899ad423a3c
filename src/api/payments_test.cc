// Money received, over REST: who may, what is refused, and that the statement says what was done.
#include <gtest/gtest.h>

#include <fstream>

#include "api/testing.h"

namespace postage::api {
namespace {

using invoice::testing::at;
using testing::Seen;
using testing::World;

struct PaymentRoutes : ::testing::Test {
  PaymentRoutes() {
    world.clock.set(at("2026-02-03T10:00:00+08:00"));
    invoice::MonthClose::Ports ports{*world.database, world.billing->history(), *world.accounts, world.usage,
                                     &world.outbox};
    ports.settler = world.payments.get();
    invoice::MonthClose close(ports, {});
    CHECK(close.tick(world.clock.wall())->closed == 2);
    finance = world.operator_of("money@postage.example", auth::Role::finance);
    owner = world.person("second@acme.example", world.acme, auth::Role::owner);
    path = world.account_path();
  }
  Seen pay(const std::string& id, const std::string& amount) {
    return world.send("POST", path + "/payments", finance,
                      R"({"id":")" + id + R"(","date":"2026-02-03","amount":")" + amount + R"(","currency":"CNY"})");
  }
  World world;
  std::string finance, owner, path;
};

TEST_F(PaymentRoutes, APaymentIsBookedOnceAndShownInTheStatement) {
  const Seen first = pay("TX-1", "500.00");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.text("result"), "booked");
  EXPECT_EQ(pay("TX-1", "500.00").text("result"), "repeated");
  EXPECT_EQ(pay("TX-1", "501.00").status, 409);
  const Seen statement = world.get(path + "/statement", owner);
  ASSERT_EQ(statement.status, 200) << statement.body;
  EXPECT_EQ(statement.text("balance"), "101.00");
  EXPECT_EQ(statement.json["months"][0]["entries"].size(), 2U);
  EXPECT_EQ(statement.json["months"][0]["entries"][0]["amount"], "-399.00");
  EXPECT_EQ(statement.json["months"][0]["closing"], "101.00");
  const Seen csv = world.send("GET", path + "/statement?from=2026-01&to=2026-02&format=csv", owner);
  EXPECT_EQ(csv.header("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_NE(csv.body.find("2026-02,,closing,,,101.00,CNY"), std::string::npos) << csv.body;
  const Seen invoice = world.get(path + "/invoices/PO-2026-000001/payments", owner);
  EXPECT_EQ(invoice.text("open"), "0.00");
  EXPECT_EQ(invoice.json["allocations"][0]["amount"], "399.00");
  EXPECT_EQ(world.get(path + "/payments", owner).json["items"][0]["id"], "TX-1");
}

TEST_F(PaymentRoutes, WhatIsOpenIsToldByAge) {
  const Seen before = world.get(path + "/open-invoices", owner);
  ASSERT_EQ(before.status, 200) << before.body;
  EXPECT_EQ(before.text("open"), "399.00");
  EXPECT_EQ(before.json["items"][0]["number"], "PO-2026-000001");
  EXPECT_EQ(before.json["items"][0]["month"], "2026-01");
  EXPECT_EQ(before.json["items"][0]["days"], 2);
  EXPECT_EQ(before.json["ageing"][0], (Json{{"from_days", 0}, {"to_days", 30}, {"open", "399.00"}}));
  EXPECT_EQ(before.json["ageing"][3], (Json{{"from_days", 91}, {"to_days", nullptr}, {"open", "0.00"}}));
  ASSERT_EQ(pay("TX-1", "100.00").status, 201);
  const Seen after = world.get(path + "/open-invoices", owner);
  EXPECT_EQ(after.json["items"][0]["paid"], "100.00");
  EXPECT_EQ(after.json["items"][0]["open"], "299.00");
  EXPECT_EQ(after.text("open"), "299.00");
}

TEST_F(PaymentRoutes, TheStatementOfTheDocsIsWhatTheServerPrints) {
  ASSERT_EQ(pay("TX-1", "500.00").status, 201);
  world.clock.set(at("2026-02-04T10:00:00+08:00"));
  const std::string later = world.operator_of("m2@postage.example", auth::Role::finance);
  ASSERT_EQ(world.send("POST", path + "/credits", later, R"({"reference":"C1","amount":"20.00","reason":"x"})").status, 201);
  std::string csv = world.send("GET", path + "/statement?from=2026-02&to=2026-02&format=csv", later).body;
  std::erase(csv, '\r');
  std::ifstream file(POSTAGE_SOURCE_DIR "/docs/payments.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(page.find(csv), std::string::npos) << csv;
}

TEST_F(PaymentRoutes, MistakesAreNamedAndCustomersMayNotBook) {
  EXPECT_EQ(pay("TX-1", "0").text("pointer"), "/amount");
  EXPECT_EQ(pay("TX-1", "1.001").text("pointer"), "/amount");
  const std::string usd = R"({"id":"T","date":"2026-02-03","amount":"1","currency":"USD"})";
  EXPECT_EQ(world.send("POST", path + "/payments", finance, usd).text("pointer"), "/currency");
  EXPECT_EQ(world.send("POST", path + "/payments", owner, usd).status, 403);
  EXPECT_EQ(world.send("POST", path + "/payments/9:reverse", finance, R"({"reason":"x"})").status, 404);
  EXPECT_EQ(world.send("POST", "/v1/payments/x:assign", finance, R"({"account":"1","reason":"x"})").status, 404);
  EXPECT_EQ(world.send("POST", "/v1/payments/import", finance, R"({"csv":"nonsense"})").text("pointer"), "/csv");
  EXPECT_EQ(world.get("/v1/payments/suspense", owner).status, 403);
  EXPECT_EQ(world.get(path + "/statement?from=2026-13", owner).text("pointer"), "?from");
}

TEST_F(PaymentRoutes, TheStatementSaysWhatCanBePaidBackAndRefusalsNameTheirField) {
  const auto refundable = [&] { return world.get(path + "/statement", owner).text("refundable"); };
  const auto adjust = [&](const std::string& kind, const std::string& reference, const std::string& amount) {
    return world.send("POST", path + "/" + kind, finance,
                      R"({"reference":")" + reference + R"(","amount":")" + amount + R"(","reason":"asked"})");
  };
  EXPECT_EQ(refundable(), "0.00");
  ASSERT_EQ(adjust("credits", "C1", "500.00").status, 201);
  EXPECT_EQ(refundable(), "0.00") << "goodwill was not paid in";
  ASSERT_EQ(pay("TX-1", "70.00").status, 201);
  EXPECT_EQ(refundable(), "70.00");
  const Seen more = adjust("refunds", "R1", "70.01");
  EXPECT_EQ(more.status, 400);
  EXPECT_EQ(more.text("pointer"), "/amount");
  EXPECT_EQ(more.text("detail"), "70.00 were paid and not paid back");
  EXPECT_EQ(adjust("refunds", "R1", "70.00").status, 201);
  EXPECT_EQ(refundable(), "0.00");
  EXPECT_EQ(adjust("credits", "C1", "500.01").text("pointer"), "/reference");
  EXPECT_EQ(adjust("credits", "C2", "0.001").text("pointer"), "/amount");
  const std::string grant = R"({"kind":"paid","reference":"G","amount":"0.001","reason":"x"})";
  EXPECT_EQ(world.send("POST", path + "/prepaid/grants", finance, grant).text("pointer"), "/amount");
}

TEST_F(PaymentRoutes, AFileCreditsRefundsAndWriteOffs) {
  const Seen lines = world.send(
      "POST", "/v1/payments/import", finance,
      R"({"csv":"id,date,amount,currency,reference\nB1,2026-02-03,400.00,CNY,PO-2026-000001\nB2,2026-02-03,5.00,CNY,?\n"})");
  ASSERT_EQ(lines.status, 200) << lines.body;
  EXPECT_EQ(lines.json["items"][0]["result"], "booked");
  EXPECT_EQ(lines.json["items"][0]["pointer"], nullptr);
  EXPECT_EQ(lines.json["items"][1]["result"], "suspense");
  EXPECT_EQ(lines.json["items"][1]["pointer"], "/reference");
  const std::string waiting = world.get("/v1/payments/suspense", finance).json["items"][0]["payment"];
  const std::string acme = std::to_string(world.acme.value);
  EXPECT_EQ(world.send("POST", "/v1/payments/" + waiting + ":assign", finance, R"({"account":")" + acme + R"(","reason":"asked"})")
                .text("account"),
            acme);
  const auto adjust = [&](const std::string& kind, const std::string& body) {
    return world.send("POST", path + "/" + kind, finance, body);
  };
  const Seen refused = adjust("refunds", R"({"reference":"R1","amount":"6.01","reason":"x"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.text("pointer"), "/amount");
  EXPECT_EQ(refused.text("reason"), "credit_left") << refused.body;
  EXPECT_EQ(refused.text("most") + " " + refused.text("currency"), "6.00 CNY");
  EXPECT_EQ(adjust("refunds", R"({"reference":"R1","amount":"6.00","reason":"x"})").status, 201);
  EXPECT_EQ(adjust("credits", R"({"reference":"C1","amount":"10.00","reason":"sorry"})").text("kind"), "credit");
  const Seen closed = adjust("write-offs", R"({"reference":"W1","amount":"1.00","invoice":"PO-2026-000001","reason":"x"})");
  EXPECT_EQ(closed.status, 400);
  EXPECT_EQ(closed.text("reason") + " " + closed.text("most"), "open_left 0.00") << closed.body;
  EXPECT_EQ(closed.text("invoice"), "PO-2026-000001");
  EXPECT_EQ(world.get(path + "/adjustments", owner).json["items"].size(), 2U);
  EXPECT_EQ(world.get(path + "/statement", owner).text("balance"), "10.00");
  const Seen trail = world.get("/v1/audit", world.operator_of("o2@postage.example", auth::Role::operator_));
  std::string actions;
  for (const Json& each : trail.json["items"]) actions += each["action"].get<std::string>() + " ";
  for (const char* action : {"payment.record", "payment.assign", "payment.refund", "payment.credit"}) {
    EXPECT_NE(actions.find(action), std::string::npos) << actions;
  }
  // Goodwill is credit, but it was never paid in.
  EXPECT_EQ(adjust("credits", R"({"reference":"C2","amount":"500.00","reason":"sorry"})").status, 201);
  const Seen given = adjust("refunds", R"({"reference":"R2","amount":"450.00","reason":"x"})");
  EXPECT_EQ(given.text("reason") + " " + given.text("most"), "paid_left 399.00") << given.body;
}

TEST_F(PaymentRoutes, TermsOfCollectionDecideTheState) {
  EXPECT_EQ(world.get(path + "/arrears", owner).json["collection"]["mode"], "off");
  const std::string body = R"({"mode":"classic","deduction_day":3,"grace_days":0,"reason":"contract"})";
  EXPECT_EQ(world.send("PUT", path + "/collection", owner, body).status, 403);
  const Seen set = world.send("PUT", path + "/collection", finance, body);
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(set.json["collection"]["own"], true);
  EXPECT_EQ(set.text("state"), "clear");  // The invoice falls due on the next 3rd: these terms are new.
  world.clock.set(at("2026-03-03T00:00:00+08:00"));
  ASSERT_TRUE(world.payments->tick(world.clock.wall()).ok());
  const std::string again = world.operator_of("m2@postage.example", auth::Role::finance);
  EXPECT_EQ(world.send("PUT", path + "/collection", again, R"({"mode":"hard","reason":"x"})").text("pointer"), "/mode");
  EXPECT_EQ(world.send("PUT", path + "/collection", again, R"({"reason":"back"})").json["collection"]["own"], false);
}

TEST_F(PaymentRoutes, APrepaidBalanceIsShownWithItsGrants) {
  EXPECT_EQ(world.get(path + "/prepaid", owner).json["prepaid"], false);
  EXPECT_EQ(world.send("PUT", path + "/prepaid", finance, R"({"prepaid":true,"reason":"x"})").json["prepaid"], true);
  const std::string grant = R"({"kind":"paid","reference":"G1","amount":"1000.00","expires_at":"2026-12-31T00:00:00+08:00","reason":"x"})";
  EXPECT_EQ(world.send("POST", path + "/prepaid/grants", owner, grant).status, 403);
  const Seen made = world.send("POST", path + "/prepaid/grants", finance, grant);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("available"), "1000.00");
  EXPECT_EQ(made.text("used"), "399.00");
  EXPECT_EQ(made.json["grants"][0]["expires_at"], "2026-12-30T16:00:00.000Z");
  EXPECT_EQ(world.send("POST", path + "/prepaid/grants", finance,
                       R"({"kind":"paid","reference":"G2","amount":"1","expires_at":"soon","reason":"x"})").text("pointer"),
            "/expires_at");
}

}  // namespace
}  // namespace postage::api
