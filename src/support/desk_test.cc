#include "support/desk.h"

#include <gtest/gtest.h>

namespace postage::support {
namespace {

Instant at(const std::string& text) { return parse_instant(text).value(); }

struct DeskTest : testing::Test {
  DeskTest() {
    CHECK(migrate(*database, now).ok());
    CHECK(notify::migrate(*database, now).ok());
  }
  [[nodiscard]] catalog::PlanPtr plan(const char* name) const { return catalogue->find(name); }
  Request open(const char* plan_name, const Draft& draft = {{}, "It is slow", "Since noon.", "high", "email"}) {
    return desk.open(customer, *plan(plan_name), catalogue->zone, draft, ann, now).value();
  }
  Request say(std::int64_t id, const char* text, bool operator_side) {
    return desk.say(customer, *plan("basic"), catalogue->zone, id, text, operator_side ? op : ann, now).value();
  }
  std::vector<notify::OutboxRow> mails() { return notify::Outbox(*database).list({notify::Carrier::mail}).value(); }
  std::vector<notify::OutboxRow> hooks() { return notify::Outbox(*database).list({notify::Carrier::hook}).value(); }
  std::vector<std::string> kinds(std::int64_t id) {
    std::vector<std::string> all;
    const std::vector<Entry> story = desk.story(id).value();
    for (const Entry& each : story) all.push_back(each.kind);
    return all;
  }

  const Speaker ann{db::ChangerKind::person, 1, "ann@acme.example", false};
  const Speaker op{db::ChangerKind::person, 2, "op@postage.example", true};
  Instant now = at("2026-11-05T10:00:00+08:00");
  std::unique_ptr<db::Database> database = std::move(db::Database::open({.path = ":memory:"})).value();
  catalog::CataloguePtr catalogue = catalog::builtin("cn26").value();
  Desk desk{{*database, {"ops@postage.example", "https://wecom.example/send?key=1", "https://slack.example/x", "zh", ""}, {}}};
  const Customer customer{AccountId{7}, "Acme", "a@acme.example", "zh"};
};

TEST_F(DeskTest, ARequestIsStoredWithItsDueTimeAndTold) {
  const Request request = open("basic");
  EXPECT_EQ(request.state, State::open);
  EXPECT_EQ(request.due_at, at("2026-11-06T10:00:00+08:00"));
  EXPECT_EQ(request.service_hours, "12x7");
  EXPECT_EQ(request.response_time, "24h");
  EXPECT_EQ(kinds(request.id), std::vector<std::string>{"opened"});
  ASSERT_EQ(mails().size(), 1U);
  EXPECT_EQ(mails()[0].to, "ops@postage.example");
  EXPECT_EQ(mails()[0].subject, "新的支持请求: #1 It is slow");
  EXPECT_EQ(hooks().size(), 2U);
}

TEST_F(DeskTest, BestEffortOwesNothingAndIsNeverReminded) {
  EXPECT_EQ(open("free").due_at, std::nullopt);
  now += std::chrono::hours(1000);
  EXPECT_EQ(desk.tick(now).value(), 0);
}

TEST_F(DeskTest, WhatThePlanDoesNotHaveIsRefused) {
  const Draft slack{{}, "s", "t", "low", "slack"};
  EXPECT_EQ(desk.open(customer, *plan("free"), catalogue->zone, slack, ann, now).error().code, Errc::forbidden);
  EXPECT_EQ(open("basic", slack).channel, "slack");
  EXPECT_TRUE(offers(*plan("free"), "phone"));
  EXPECT_FALSE(offers(*plan("free"), "pigeon"));
}

TEST_F(DeskTest, TheStatesOfARequest) {
  const std::int64_t id = open("basic").id;
  now += std::chrono::hours(1);
  EXPECT_EQ(say(id, "more", false).state, State::open);
  EXPECT_EQ(desk.request(id)->due_at, at("2026-11-06T10:00:00+08:00"));  // The first promise stands.
  EXPECT_EQ(say(id, "try this", true).state, State::answered);
  EXPECT_EQ(desk.request(id)->due_at, std::nullopt);
  EXPECT_EQ(desk.request(id)->answered_at, now);
  now += std::chrono::hours(1);
  EXPECT_EQ(say(id, "no", false).state, State::reopened);
  EXPECT_EQ(desk.request(id)->due_at, at("2026-11-06T12:00:00+08:00"));
  EXPECT_EQ(desk.close(id, ann, now)->state, State::closed);
  EXPECT_EQ(desk.close(id, ann, now)->state, State::closed);
  EXPECT_EQ(desk.request(id)->due_at, std::nullopt);
  EXPECT_EQ(say(id, "again", false).state, State::reopened);
  EXPECT_FALSE(desk.request(id)->missed);
  EXPECT_EQ(kinds(id), (std::vector<std::string>{"opened", "comment", "answer", "comment", "closed", "comment"}));
  EXPECT_EQ(desk.request(99).error().code, Errc::not_found);
}

TEST_F(DeskTest, TheCustomerIsWrittenToInHisLanguageWhenAnswered) {
  const std::int64_t id = open("basic").id;
  say(id, "First line.\nSecond <b>line</b>.", true);
  ASSERT_EQ(mails().size(), 2U);
  EXPECT_EQ(mails()[0].to, "a@acme.example");
  EXPECT_EQ(mails()[0].subject, "您的支持请求 #1 已回复：It is slow");
}

TEST_F(DeskTest, RemindersComeOnceEachBeforeItIsMissed) {
  const std::int64_t id = open("basic").id;
  const std::pair<const char*, const char*> times[] = {{"2026-11-05T22:00:00+08:00", "50"},
                                                       {"2026-11-06T05:12:00+08:00", "80"},
                                                       {"2026-11-06T10:00:00+08:00", "missed"}};
  for (const auto& [time, what] : times) {
    EXPECT_EQ(desk.tick(at(time) - milliseconds(1)).value(), 0) << what;
    EXPECT_EQ(desk.tick(at(time)).value(), 1) << what;
    EXPECT_EQ(desk.tick(at(time)).value(), 0) << what;
    EXPECT_EQ(desk.story(id)->back().text, what);
  }
  EXPECT_TRUE(desk.request(id)->missed);
  EXPECT_EQ(mails().size(), 4U);
  EXPECT_EQ(hooks().size(), 8U);
  EXPECT_EQ(mails()[0].subject, "已超过承诺的响应时间: #1 It is slow");
  EXPECT_EQ(desk.owed(at("2026-11-08T00:00:00Z")).value(), std::pair(std::int64_t{1}, std::int64_t{1}));
  say(id, "late", true);
  EXPECT_EQ(desk.owed(at("2026-11-08T00:00:00Z")).value(), std::pair(std::int64_t{0}, std::int64_t{0}));
}

TEST_F(DeskTest, AfterAPauseOnlyTheLastReminderIsTold) {
  const std::int64_t id = open("basic").id;
  EXPECT_EQ(desk.tick(at("2026-11-09T00:00:00Z")).value(), 1);
  EXPECT_EQ(desk.tick(at("2026-11-10T00:00:00Z")).value(), 0);
  EXPECT_EQ(kinds(id), (std::vector<std::string>{"opened", "reminder"}));
  EXPECT_EQ(desk.story(id)->back().text, "missed");
}

TEST_F(DeskTest, AnAnswerInTimeIsNotRemindedOf) {
  const std::int64_t id = open("basic").id;
  now += std::chrono::hours(1);
  say(id, "done", true);
  EXPECT_EQ(desk.tick(now + std::chrono::hours(500)).value(), 0);
  EXPECT_FALSE(desk.request(id)->missed);
}

TEST_F(DeskTest, AnAnswerAfterTheDueTimeIsMissedEvenWithoutATick) {
  const std::int64_t id = open("premium").id;
  now += std::chrono::minutes(61);
  EXPECT_TRUE(say(id, "sorry", true).missed);
}

TEST_F(DeskTest, ListsByAccountStateAndDue) {
  const std::int64_t late = open("basic").id, soon = open("premium").id, never = open("free").id;
  const auto ids = [&](const RequestQuery& query) {
    std::vector<std::int64_t> all;
    const std::vector<Request> found = desk.list(query).value();
    for (const Request& each : found) all.push_back(each.id);
    return all;
  };
  EXPECT_EQ(ids({}), (std::vector<std::int64_t>{late, soon, never}));
  EXPECT_EQ(ids({.due_before = at("2027-01-01T00:00:00Z")}), (std::vector<std::int64_t>{soon, late}));
  EXPECT_EQ(ids({.due_before = at("2027-01-01T00:00:00Z"), .after = 1}), (std::vector<std::int64_t>{late}));
  EXPECT_EQ(ids({.account = AccountId{8}}), (std::vector<std::int64_t>{}));
  desk.close(soon, op, now).value();
  EXPECT_EQ(ids({.state = State::closed}), (std::vector<std::int64_t>{soon}));
  EXPECT_EQ(ids({.after = late, .limit = 1}), (std::vector<std::int64_t>{soon}));
}

TEST_F(DeskTest, WhatIsWrongIsNamed) {
  const auto wrong = [&](const Draft& draft) {
    const auto made = desk.open(customer, *plan("basic"), catalogue->zone, draft, ann, now);
    return made ? std::string("made") : made.error().detail.substr(0, made.error().detail.find(':'));
  };
  EXPECT_EQ(wrong({{}, "", "t", "low", "email"}), "subject");
  EXPECT_EQ(wrong({{}, "a\nb", "t", "low", "email"}), "subject");
  EXPECT_EQ(wrong({{}, std::string(201, 'a'), "t", "low", "email"}), "subject");
  EXPECT_EQ(wrong({{}, "s", "", "low", "email"}), "text");
  EXPECT_EQ(wrong({{}, "s", std::string(10'001, 'a'), "low", "email"}), "text");
  EXPECT_EQ(wrong({{}, "s", "t", "panic", "email"}), "severity");
  EXPECT_EQ(wrong({{}, "s", "t", "low", "pigeon"}), "channel");
}

TEST_F(DeskTest, TheNumberOfOpenRequestsIsBounded) {
  for (int i = 0; i < 100; ++i) open("free");
  EXPECT_EQ(desk.open(customer, *plan("free"), catalogue->zone, {{}, "s", "t", "low", "email"}, ann, now).error().code,
            Errc::rate_limited);
  desk.close(1, ann, now).value();
  EXPECT_EQ(open("free").id, 101);
}

TEST_F(DeskTest, TheStoreRefusesToChangeAStory) {
  open("basic");
  for (const char* sql : {"update support_event set text = 'x'", "delete from support_event"}) {
    EXPECT_FALSE(database->write([&](db::Connection& connection) { return connection.script(sql); })) << sql;
  }
}

}  // namespace
}  // namespace postage::support
