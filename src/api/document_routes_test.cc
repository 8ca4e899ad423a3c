// Bills, invoices and credit notes as files, and credit notes by REST.
#include <gtest/gtest.h>

#include "api/testing.h"
#include "invoice/close.h"

namespace postage::api {
namespace {

using invoice::testing::at;
using testing::Seen;
using testing::World;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00");

struct DocumentRoutes : ::testing::Test {
  DocumentRoutes() { world.usage.set(world.chat, kJanuary, 600, 30'000'000, 0); }
  /// Closes January; the clock then stands in February.
  void close_january() {
    invoice::MonthClose close(
        {*world.database, world.billing->history(), *world.accounts, world.usage, &world.outbox, nullptr}, {});
    world.clock.set(at("2026-02-01T00:00:10+08:00"));
    ASSERT_EQ(close.tick(world.clock.wall())->closed, 2);
    const std::string owner = world.person("feb@acme.example", world.acme, auth::Role::billing);
    reader = owner;
    finance = world.operator_of("finance@postage.example", auth::Role::finance);
    const Seen list = world.get(world.account_path() + "/invoices", reader);
    number = list.json["items"][0]["number"];
    path = world.account_path() + "/invoices/" + number;
  }
  World world;
  std::string reader, finance, number, path;
};

TEST_F(DocumentRoutes, ARunningBillComesInEveryForm) {
  const std::string bill = world.account_path() + "/bill";
  const Seen pdf = world.get(bill + "?format=pdf&language=zh", world.owner);
  ASSERT_EQ(pdf.status, 200) << pdf.body;
  EXPECT_EQ(pdf.header("Content-Type"), "application/pdf");
  EXPECT_EQ(pdf.header("Content-Disposition"), "inline; filename=\"bill-2026-01.pdf\"");
  EXPECT_TRUE(pdf.body.starts_with("%PDF-"));
  EXPECT_TRUE(world.get(bill + "?format=xlsx", world.owner).body.starts_with("PK"));
  EXPECT_EQ(world.get(bill + "?format=csv&table=days", world.owner).header("Content-Disposition"),
            "attachment; filename=\"bill-2026-01-days.csv\"");
  EXPECT_EQ(world.send("GET", bill, world.owner, "", {{"Accept", "application/pdf"}}).header("Content-Type"),
            "application/pdf");
  const Seen json = world.get(bill + "?format=json", world.owner);
  EXPECT_EQ(json.json["by_project"][0]["amount"], "20.00");
  EXPECT_FALSE(world.get(bill, world.owner).json.contains("by_project"));
  EXPECT_EQ(world.get(bill + "?format=doc", world.owner).text("pointer"), "?format");
  EXPECT_EQ(world.get(bill + "?language=de", world.owner).text("pointer"), "?language");
}

TEST_F(DocumentRoutes, AnInvoiceComesInEveryFormToItsOwnAccountOnly) {
  close_january();
  EXPECT_EQ(world.get(path + "?format=pdf", reader).header("Content-Disposition"),
            "inline; filename=\"" + number + ".pdf\"");
  EXPECT_NE(world.get(path + "?format=html", reader).body.find("419.00"), std::string::npos);
  EXPECT_EQ(world.get(path + "?format=json", reader).json["total"], "419.00");
  const std::string rival = world.person("feb@rival.example", world.rival, auth::Role::owner);
  const std::string foreign = "/v1/accounts/" + std::to_string(world.rival.value) + "/invoices/" + number;
  EXPECT_EQ(world.get(foreign + "?format=pdf", rival).status, 404);
  EXPECT_EQ(world.get(path + "?format=pdf", rival).status, 404);
}

TEST_F(DocumentRoutes, FinanceTakesBackAPartAndThenTheRest) {
  close_january();
  const std::string part = R"({"reason":"outage on the 3rd","line":1,"amount":"20.00"})";
  EXPECT_EQ(world.send("POST", path + "/credit-notes", reader, part).status, 403);
  const Seen dry = world.send("POST", path + "/credit-notes", finance,
                              R"({"reason":"outage on the 3rd","line":1,"amount":"20.00","dry_run":true})");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.text("left"), "399.00");
  const Seen note = world.send("POST", path + "/credit-notes", finance, part);
  ASSERT_EQ(note.status, 201) << note.body;
  EXPECT_EQ(note.text("number"), "CN-2026-000001");
  EXPECT_EQ(note.text("total"), "20.00");
  EXPECT_EQ(world.send("POST", path + "/credit-notes", finance, part).status, 409);
  EXPECT_EQ(world.get(path, reader).json["state"], "credited");
  const Seen rest = world.send("POST", path + ":void", finance, R"({"reason":"wrong account"})");
  ASSERT_EQ(rest.status, 201) << rest.body;
  EXPECT_EQ(rest.text("total"), "399.00");
  EXPECT_EQ(world.send("POST", path + ":void", finance, R"({"reason":"again"})").status, 409);
  const Seen invoice = world.get(world.account_path() + "/invoices", reader);
  EXPECT_EQ(invoice.json["items"][0]["state"], "void");
  EXPECT_EQ(invoice.json["items"][0]["credit_notes"].size(), 2U);
  EXPECT_EQ(world.get(world.account_path() + "/ledger", reader).json["balances"][0]["amount"], "0.00");
}

TEST_F(DocumentRoutes, CreditNotesAreListedReadAndInTheAuditLog) {
  close_january();
  const std::string ask = R"({"reason":"goodwill","amount":"100.00"})";
  ASSERT_EQ(world.send("POST", path + "/credit-notes", finance, ask).status, 201);
  const std::string notes = world.account_path() + "/credit-notes";
  const Seen list = world.get(notes, reader);
  ASSERT_EQ(list.json["items"].size(), 1U) << list.body;
  EXPECT_EQ(list.json["items"][0]["reason"], "goodwill");
  EXPECT_EQ(world.get(notes + "/CN-2026-000001", reader).json, list.json["items"][0]);
  const Seen document = world.get(notes + "/CN-2026-000001/document", reader);
  EXPECT_EQ(invoice::sha256_hex(document.body), list.json["items"][0]["sha256"]);
  EXPECT_TRUE(world.get(notes + "/CN-2026-000001?format=pdf", reader).body.starts_with("%PDF-"));
  EXPECT_EQ(world.get(notes + "/CN-2026-000002", reader).status, 404);
  const Seen audit = world.get(world.account_path() + "/audit?limit=1", finance);
  EXPECT_EQ(audit.json["items"][0]["action"], "invoice.credit");
  EXPECT_EQ(audit.json["items"][0]["subject"], number);
  EXPECT_EQ(audit.json["items"][0]["details"]["credit_note"], "CN-2026-000001");
  EXPECT_EQ(audit.json["items"][0]["details"]["why"], "goodwill");
}

TEST_F(DocumentRoutes, WrongAsksNameTheField) {
  close_january();
  const auto pointer = [&](const std::string& body) {
    return world.send("POST", path + "/credit-notes", finance, body).text("pointer");
  };
  EXPECT_EQ(pointer(R"({"amount":"1.00"})"), "/reason");
  EXPECT_EQ(pointer(R"({"reason":"x"})"), "/amount");
  EXPECT_EQ(pointer(R"({"reason":"x","amount":"1e3"})"), "/amount");
  EXPECT_EQ(pointer(R"({"reason":"x","amount":"1.00","line":-1})"), "/line");
  EXPECT_EQ(world.send("POST", path + "/credit-notes", finance, R"({"reason":"x","amount":"1.001"})").status, 400);
  EXPECT_EQ(world.send("POST", path + ":void", finance, "{}").text("pointer"), "/reason");
}

}  // namespace
}  // namespace postage::api
