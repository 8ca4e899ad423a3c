#include "auth/audit.h"

#include <gtest/gtest.h>

#include "auth/encoding.h"
#include "auth/test_store.h"

namespace postage::auth {
namespace {

struct AuditTest : testing::Test {
  AuditTest() {
    for (int i = 1; i <= 5; ++i) {
      log.append({{Actor::Kind::key, i, "key \"" + std::to_string(i) + "\""}, "thing.do", AccountId{i % 2}, ProjectId{3},
                  "thing", {{"b", "2"}, {"a", "1"}}}, kTestStart + seconds(i)).value();
    }
  }
  void tamper(const std::string& sql) {
    database->write([&](db::Connection& c) { return c.script(sql); }).value();
  }

  std::unique_ptr<db::Database> database = test_database();
  AuditLog log{*database};
};

TEST_F(AuditTest, TheChainHolds) {
  EXPECT_EQ(log.verify().value(), 5);
  const auto events = log.list({}).value();
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].number, 5);
  // Anybody can recompute it: SHA-256 of the hash before, in hex, and the canonical text.
  EXPECT_EQ(events[3].hash, to_hex(sha256(events[4].hash + canonical_json(events[3]))));
  EXPECT_EQ(events[4].hash, to_hex(sha256(std::string(64, '0') + canonical_json(events[4]))));
  EXPECT_EQ(canonical_json(events[4]),
            R"({"account":1,"action":"thing.do","actor":{"id":1,"kind":"key","name":"key \"1\""},"at":1800000001000,)"
            R"("details":{"a":"1","b":"2"},"number":1,"project":3,"subject":"thing"})");
}

TEST_F(AuditTest, ListsByAccountAndPage) {
  EXPECT_EQ(log.list({.account = AccountId{1}})->size(), 3u);
  EXPECT_EQ(log.list({.account = AccountId{9}})->size(), 0u);
  const auto page = log.list({.before = 4, .limit = 2}).value();
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].number, 3);
  EXPECT_EQ(page[1].number, 2);
  EXPECT_EQ(log.list({.limit = 0})->size(), 1u);
}

TEST_F(AuditTest, TheStoreRefusesToChangeOrRemoveEvents) {
  for (const char* sql : {"update audit_event set action = 'x' where number = 2", "delete from audit_event where number = 5"}) {
    EXPECT_FALSE(database->write([&](db::Connection& c) { return c.script(sql); })) << sql;
  }
  EXPECT_EQ(log.verify().value(), 5);
}

TEST_F(AuditTest, WhoeverGetsAroundThatIsFoundOut) {
  tamper("drop trigger audit_event_is_never_changed; drop trigger audit_event_is_never_removed;");
  const char* columns[] = {"at = at + 1", "actor_kind = 'person'", "actor_id = 9", "actor_name = 'x'", "action = 'x'",
                           "account_id = 7", "project_id = 7", "subject = 'x'", "details = '{}'", "hash = 'x'"};
  for (const std::string change : columns) {
    tamper("create table keep as select * from audit_event; update audit_event set " + change + " where number = 3;");
    const auto verdict = log.verify();
    ASSERT_FALSE(verdict) << change;
    EXPECT_EQ(verdict.error().code, Errc::corrupt_record);
    EXPECT_NE(verdict.error().detail.find("event 3"), std::string::npos) << change;
    tamper("delete from audit_event; insert into audit_event select * from keep; drop table keep;");
    ASSERT_TRUE(log.verify());
  }
  tamper("delete from audit_event where number = 2;");
  EXPECT_FALSE(log.verify());
}

TEST_F(AuditTest, AFailedChangeLeavesNoEvent) {
  const auto failed = database->write([&](db::Connection& c) -> Result<void> {
    TRY_VOID(AuditLog::append_in(c, {Actor::system("x"), "thing.do", {}, {}, "", {}}, kTestStart));
    return Errc::conflict;
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(log.verify().value(), 5);
}

}  // namespace
}  // namespace postage::auth
