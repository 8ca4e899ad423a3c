#include "notify/outbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

namespace postage::notify {
namespace {

constexpr Instant kStart{seconds(1'800'000'000)};

/// Answers what the test says and remembers what it was given.
struct FakeSender final : MailSender {
  Result<void> send(const Mail& mail) override {
    sent.push_back(mail);
    if (during) during();
    if (failures > 0) {
      --failures;
      return Error(Errc::unavailable, "the server\r\nis away");
    }
    return {};
  }
  std::vector<Mail> sent;
  int failures = 0;
  std::function<void()> during;
};

struct OutboxTest : testing::Test {
  OutboxTest() { migrate(*database, kStart).value(); }
  static MailDraft draft(std::string key) {
    return {.key = std::move(key), .account = AccountId{3}, .kind = "quota", .to = "a@b.c",
            .letter = {.subject = "Subject", .text = "text\n", .html = "<p>text</p>"}};
  }
  DeliveryReport deliver() { return outbox.deliver_due(sender, now).value(); }
  OutboxRow only() { return outbox.list({}).value().at(0); }

  std::unique_ptr<db::Database> database = std::move(db::Database::open({.path = ":memory:"})).value();
  Outbox outbox{*database};
  FakeSender sender;
  Instant now = kStart;
};

TEST_F(OutboxTest, AMailIsStoredOncePerKeyAndSentOnce) {
  EXPECT_EQ(outbox.add(draft("k"), now).value(), true);
  EXPECT_EQ(outbox.add(draft("k"), now).value(), false);
  EXPECT_EQ(deliver().sent, 1);
  EXPECT_EQ(deliver().sent, 0);
  ASSERT_EQ(sender.sent.size(), 1u);
  EXPECT_EQ(sender.sent[0].to, "a@b.c");
  EXPECT_EQ(sender.sent[0].letter.text, "text\n");
  EXPECT_EQ(only().state, DeliveryState::sent);
  EXPECT_EQ(only().sent_at, now);
  EXPECT_EQ(outbox.add(draft("k"), now + seconds(1'000'000)).value(), false);
}

TEST_F(OutboxTest, AttachmentsGoAlongAsTheyAre) {
  MailDraft with = draft("k");
  with.attachments = {{"invoice.pdf", "application/pdf", std::string("\0\xff%PDF", 6)}, {"b.csv", "text/csv", "1,2"}};
  ASSERT_TRUE(outbox.add(with, now));
  deliver();
  ASSERT_EQ(sender.sent.at(0).attachments.size(), 2u);
  EXPECT_EQ(sender.sent[0].attachments[0].bytes, std::string("\0\xff%PDF", 6));
  EXPECT_EQ(sender.sent[0].attachments[1].name, "b.csv");
}

TEST_F(OutboxTest, FailuresAreTriedAgainWithDoublingPauses) {
  ASSERT_TRUE(outbox.add(draft("k"), now));
  sender.failures = 3;
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(deliver().failed, 1);
    pauses.push_back((only().next_at - now) / seconds(1));
    now = only().next_at - milliseconds(1);
    EXPECT_EQ(deliver().failed, 0);  // Not one millisecond early.
    now += milliseconds(1);
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{30, 60, 120}));
  EXPECT_EQ(deliver().sent, 1);
  const auto log = outbox.attempts(1).value();
  ASSERT_EQ(log.size(), 4u);
  EXPECT_FALSE(log[0].accepted);
  EXPECT_EQ(log[0].detail, "unavailable: the server  is away");
  EXPECT_TRUE(log[3].accepted);
  EXPECT_EQ(log[3].number, 4);
  for (const Mail& mail : sender.sent) EXPECT_EQ(mail.message_id, sender.sent[0].message_id);
}

TEST_F(OutboxTest, AfterTheLastTryItIsADeadLetterUntilSomeoneRetries) {
  ASSERT_TRUE(outbox.add(draft("k"), now));
  sender.failures = 14;
  milliseconds longest{0};
  for (int i = 0; i < 14; ++i) {
    const DeliveryReport report = deliver();
    EXPECT_EQ(report.died, i == 13 ? 1 : 0);
    longest = std::max(longest, only().next_at - now);
    now = only().next_at;
  }
  EXPECT_EQ(longest, std::chrono::hours(6));
  EXPECT_EQ(only().state, DeliveryState::dead);
  EXPECT_EQ(outbox.count(Carrier::mail, DeliveryState::dead).value(), 1);
  now += std::chrono::hours(1000);
  EXPECT_EQ(deliver().sent, 0);
  ASSERT_TRUE(outbox.retry(1, now));
  EXPECT_EQ(deliver().sent, 1);
  EXPECT_EQ(outbox.retry(1, now).error().code, Errc::conflict);
  EXPECT_EQ(outbox.retry(2, now).error().code, Errc::not_found);
  EXPECT_EQ(outbox.attempts(1)->size(), 15u);
}

TEST_F(OutboxTest, ATryTheProcessDidNotSurviveIsTriedAgainAfterItsPause) {
  ASSERT_TRUE(outbox.add(draft("k"), now));
  // What is in the store in the middle of a send is what the next process finds.
  bool looked = false;
  sender.during = [&] {
    looked = true;
    EXPECT_EQ(only().state, DeliveryState::waiting);
    EXPECT_EQ(only().attempts, 1);
    EXPECT_EQ(only().next_at, now + seconds(30));
    FakeSender other;
    EXPECT_EQ(outbox.deliver_due(other, now)->sent, 0);
    EXPECT_EQ(outbox.deliver_due(other, now + seconds(30))->sent, 1);
  };
  deliver();
  EXPECT_TRUE(looked);
}

TEST_F(OutboxTest, OldestFirstAndNoMoreThanTheLimit) {
  for (const char* key : {"a", "b", "c"}) {
    MailDraft one = draft(key);
    one.letter.subject = key;
    ASSERT_TRUE(outbox.add(one, now));
    now += seconds(1);
  }
  EXPECT_EQ(outbox.deliver_due(sender, now, 2)->sent, 2);
  EXPECT_EQ(sender.sent[0].letter.subject, "a");
  EXPECT_EQ(sender.sent[1].letter.subject, "b");
}

TEST_F(OutboxTest, StopLeavesBetweenTwoMails) {
  ASSERT_TRUE(outbox.add(draft("a"), now));
  ASSERT_TRUE(outbox.add(draft("b"), now));
  std::atomic<bool> stop{false};
  sender.during = [&] { stop = true; };
  EXPECT_EQ(outbox.deliver_due(sender, now, 100, &stop)->sent, 1);
  EXPECT_EQ(outbox.count(Carrier::mail, DeliveryState::waiting).value(), 1);
}

TEST_F(OutboxTest, AMailExistsExactlyIfTheChangeItTellsOfDoes) {
  const auto failed = database->write([&](db::Connection& connection) -> Result<void> {
    TRY(stored, outbox.add_in(connection, draft("k"), now));
    EXPECT_TRUE(stored);
    return Errc::conflict;
  });
  EXPECT_FALSE(failed);
  EXPECT_TRUE(outbox.list({})->empty());
  EXPECT_EQ(outbox.add(draft("k"), now).value(), true);
}

TEST_F(OutboxTest, WrongDraftsAreRefusedAndTheFieldIsNamed) {
  const auto field_of = [&](auto&& spoil) {
    MailDraft bad = draft("k");
    spoil(bad);
    const auto added = outbox.add(bad, now);
    if (added) return std::string("added");
    EXPECT_EQ(added.error().code, Errc::bad_request);
    return added.error().detail.substr(0, added.error().detail.find(':'));
  };
  EXPECT_EQ(field_of([](MailDraft& d) { d.key.clear(); }), "key");
  EXPECT_EQ(field_of([](MailDraft& d) { d.key = std::string(201, 'k'); }), "key");
  EXPECT_EQ(field_of([](MailDraft& d) { d.kind.clear(); }), "kind");
  EXPECT_EQ(field_of([](MailDraft& d) { d.to = "a@b.c\r\nBcc: x@y.z"; }), "to");
  EXPECT_EQ(field_of([](MailDraft& d) { d.letter.subject = "x\r\nBcc: x@y.z"; }), "subject");
  EXPECT_EQ(field_of([](MailDraft& d) { d.letter.subject.clear(); }), "subject");
  EXPECT_EQ(field_of([](MailDraft& d) { d.letter.subject = std::string(501, 'x'); }), "subject");
  EXPECT_EQ(field_of([](MailDraft& d) { d.letter.text.clear(); }), "text");
  EXPECT_EQ(field_of([](MailDraft& d) { d.letter.text = std::string(1024 * 1024 + 1, 'x'); }), "text");
  EXPECT_EQ(field_of([](MailDraft& d) { d.letter.html = std::string(1024 * 1024 + 1, 'x'); }), "html");
  EXPECT_EQ(field_of([](MailDraft& d) { d.attachments = {{"a\"b.pdf", "application/pdf", "x"}}; }), "attachments");
  EXPECT_EQ(field_of([](MailDraft& d) { d.attachments = {{"../a", "application/pdf", "x"}}; }), "attachments");
  EXPECT_EQ(field_of([](MailDraft& d) { d.attachments = {{"a.pdf", "application/pdf\r\nX: y", "x"}}; }), "attachments");
  EXPECT_EQ(field_of([](MailDraft& d) { d.attachments = {{"a.pdf", "", "x"}}; }), "attachments");
  EXPECT_EQ(field_of([](MailDraft& d) { d.attachments.assign(11, {"a.pdf", "application/pdf", "x"}); }), "attachments");
  EXPECT_EQ(field_of([](MailDraft& d) { d.attachments = {{"a.pdf", "application/pdf", std::string(10 * 1024 * 1024 + 1, 'x')}}; }),
            "attachments");
  EXPECT_EQ(field_of([](MailDraft& d) { d.attachments.assign(10, {"a.pdf", "application/pdf", "x"}); }), "added");
}

TEST_F(OutboxTest, ListsByAccountStateAndPage) {
  for (int i = 1; i <= 4; ++i) {
    MailDraft one = draft("k" + std::to_string(i));
    one.account = AccountId{i % 2 + 1};
    ASSERT_TRUE(outbox.add(one, now));
  }
  EXPECT_EQ(outbox.deliver_due(sender, now, 1)->sent, 1);
  EXPECT_EQ(outbox.list({.account = AccountId{1}})->size(), 2u);
  EXPECT_EQ(outbox.list({.state = DeliveryState::sent})->size(), 1u);
  EXPECT_EQ(outbox.list({.account = AccountId{2}, .state = DeliveryState::waiting})->size(), 1u);
  const auto page = outbox.list({.before = 4, .limit = 2}).value();
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].id, 3);
}

TEST_F(OutboxTest, SweepingRemovesOldTextsButNotTheRows) {
  MailDraft with = draft("k");
  with.attachments = {{"a.pdf", "application/pdf", "x"}};
  ASSERT_TRUE(outbox.add(with, now));
  ASSERT_TRUE(outbox.add(draft("waiting"), now + std::chrono::hours(10'000)));
  deliver();
  EXPECT_EQ(outbox.sweep(now + std::chrono::hours(30 * 24)).value(), 0);
  EXPECT_EQ(outbox.sweep(now + std::chrono::hours(30 * 24) + milliseconds(1)).value(), 1);
  EXPECT_EQ(outbox.list({})->size(), 2u);
  EXPECT_EQ(outbox.add(draft("k"), now).value(), false);
  const auto left = database->read([](db::Connection& c) { return c.integer("select count(*) from outbox_file"); });
  EXPECT_EQ(left.value(), 0);
}

struct FakeHooks final : HookSender {
  Result<void> send(const HookDraft& hook) override {
    sent.push_back(hook);
    return {};
  }
  std::vector<HookDraft> sent;
};

TEST(OutboxOfTwo, AFolderWithAnOutboxForEachCarrierKeepsAllItHeld) {
  auto database = std::move(db::Database::open({.path = ":memory:"})).value();
  std::ifstream file(std::string(POSTAGE_SOURCE_DIR) + "/tests/golden/outbox_of_two.sql");
  std::stringstream before;
  before << file.rdbuf();
  ASSERT_TRUE(database->writer()->script(before.str()));
  for (int i = 0; i < 2; ++i) {
    const auto done = migrate(*database, kStart);
    ASSERT_TRUE(done) << done.error().to_string();
  }
  Outbox outbox(*database);
  const auto rows = outbox.list({}).value();
  ASSERT_EQ(rows.size(), 4u);  // Newest first: hooks come after the mails, in their order.
  EXPECT_EQ(rows[3].id, 1);
  EXPECT_EQ(rows[3].state, DeliveryState::sent);
  EXPECT_EQ(rows[2].id, 4);
  EXPECT_EQ(rows[1].carrier, Carrier::hook);
  EXPECT_EQ(rows[1].key, "quota/3");
  EXPECT_EQ(rows[1].state, DeliveryState::dead);
  EXPECT_EQ(rows[1].to, "");
  EXPECT_EQ(outbox.attempts(1)->size(), 2u);
  EXPECT_EQ(outbox.attempts(rows[1].id)->at(0).number, 14);
  ASSERT_TRUE(outbox.retry(rows[1].id, kStart));
  FakeSender mails;
  FakeHooks hooks;
  EXPECT_EQ(outbox.deliver_due(mails, kStart)->sent, 1);
  EXPECT_EQ(outbox.deliver_due(hooks, kStart)->sent, 2);
  EXPECT_EQ(mails.sent.at(0).to, "d@e.f");
  EXPECT_EQ(mails.sent[0].message_id, "4.6@postage.local");
  EXPECT_EQ(mails.sent[0].letter.html, "<p>body</p>");
  EXPECT_EQ(mails.sent[0].attachments.at(0).bytes, std::string("\0\xff%", 3));
  EXPECT_EQ(mails.sent[0].attachments.at(1).name, "b.csv");
  const auto wecom = std::ranges::find(hooks.sent, "quota/3", &HookDraft::key);
  ASSERT_NE(wecom, hooks.sent.end());
  EXPECT_EQ(wecom->url, "https://example.com/secret");
  EXPECT_EQ(wecom->answer, HookAnswer::wecom);
  EXPECT_EQ(wecom->headers, (std::vector<std::pair<std::string, std::string>>{{"X-A", "1"}}));
  EXPECT_EQ(outbox.add(MailDraft{.key = "quota/3", .kind = "quota", .to = "a@b.c", .letter = {"s", "t", ""}}, kStart).value(),
            false);
}

}  // namespace
}  // namespace postage::notify
