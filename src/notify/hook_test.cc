// Webhooks to a real HTTP server on a free port of this machine, which answers what each test says.
#include "notify/hook.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "notify/chat_robots.h"
#include "notify/http_hook.h"
#include "notify/outbox.h"

namespace postage::notify {
namespace {

constexpr Instant kNow{seconds(1'800'000'000)};

/// Takes one request per connection and answers with the next of `answers`; an empty one hangs until the caller leaves.
class HttpSink {
 public:
  explicit HttpSink(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(listener_, 8) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpSink() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::string url(const std::string& path = "/hook?key=secret") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void serve() {
    for (std::size_t i = 0;; ++i) {
      const int caller = ::accept(listener_, nullptr, nullptr);
      if (caller < 0) return;
      std::string request = read_request(caller);
      const std::string answer = i < answers_.size() ? answers_[i] : answers_.back();
      {
        const std::lock_guard lock(mutex_);
        seen_.push_back(std::move(request));
      }
      char rest = 0;
      if (answer.empty()) (void)!::read(caller, &rest, 1);
      (void)!::write(caller, answer.data(), answer.size());
      ::close(caller);
    }
  }
  static std::string read_request(int caller) {
    std::string all;
    char buffer[8192];
    for (;;) {
      const std::size_t end = all.find("\r\n\r\n");
      const std::size_t length = all.find("Content-Length: ");
      if (end != std::string::npos && length != std::string::npos &&
          all.size() >= end + 4 + static_cast<std::size_t>(std::atoi(all.c_str() + length + 16))) {
        return all;
      }
      const ssize_t got = ::read(caller, buffer, sizeof buffer);
      if (got <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(got));
    }
  }
  const std::vector<std::string> answers_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::thread thread_;
};

std::string http(int status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nConnection: close\r\n" + headers + "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct HookTest : testing::Test {
  HookTest() { migrate(*database, kNow).value(); }
  static HookDraft draft(const std::string& url, const std::string& key = "k") {
    return {key, AccountId{3}, "support", url, R"({"a":"é"})", {{"X-Extra", "1"}}, HookAnswer::status};
  }
  DeliveryReport deliver(HookSender& sender) { return outbox.deliver_due(sender, now).value(); }
  OutboxRow only() { return outbox.list({}).value().at(0); }

  std::unique_ptr<db::Database> database = std::move(db::Database::open({.path = ":memory:"})).value();
  Outbox outbox{*database};
  HttpHookSender sender{{{}, milliseconds(2000), milliseconds(300)}};
  Instant now = kNow;
};

TEST_F(HookTest, ABodyArrivesOnceAsItIs) {
  HttpSink sink({http(204, "")});
  EXPECT_EQ(outbox.add(draft(sink.url()), now).value(), true);
  EXPECT_EQ(outbox.add(draft(sink.url()), now).value(), false);
  EXPECT_EQ(deliver(sender).sent, 1);
  EXPECT_EQ(deliver(sender).sent, 0);
  ASSERT_EQ(sink.seen().size(), 1U);
  const std::string seen = sink.seen()[0];
  EXPECT_TRUE(seen.starts_with("POST /hook?key=secret HTTP/1.1\r\n")) << seen;
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"a\":\"é\"}")) << seen;
  for (const char* line : {"Content-Type: application/json\r\n", "X-Extra: 1\r\n", "Idempotency-Key: k\r\n"}) {
    EXPECT_NE(seen.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(only().state, DeliveryState::sent);
}

TEST_F(HookTest, AFailingReceiverIsTriedAgainUntilItSucceeds) {
  HttpSink sink({http(500, "boom"), "", http(200, "ok")});
  ASSERT_TRUE(outbox.add(draft(sink.url()), now));
  EXPECT_EQ(deliver(sender).failed, 1);
  EXPECT_EQ(only().last_error, "unavailable: status 500: boom");
  EXPECT_EQ(only().next_at, now + seconds(30));
  EXPECT_EQ(deliver(sender).failed, 0);  // Not before its pause.
  now += seconds(30);
  EXPECT_EQ(deliver(sender).failed, 1);  // Hangs: the time is over after 300 ms.
  EXPECT_EQ(only().last_error, "unavailable: Timeout was reached");
  EXPECT_EQ(only().next_at, now + seconds(60));
  now += seconds(60);
  EXPECT_EQ(deliver(sender).sent, 1);
  const auto log = outbox.attempts(1).value();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_FALSE(log[1].accepted);
  EXPECT_TRUE(log[2].accepted);
}

TEST_F(HookTest, AfterTheLastTryItIsADeadLetterUntilSomeoneRetries) {
  Outbox twice(*database, {.rules = {seconds(30), seconds(60), 2}});
  ASSERT_TRUE(twice.add(draft("http://127.0.0.1:1/"), now));
  EXPECT_EQ(twice.deliver_due(sender, now)->failed, 1);
  now += seconds(30);
  EXPECT_EQ(twice.deliver_due(sender, now)->died, 1);
  EXPECT_EQ(twice.count(Carrier::hook, DeliveryState::dead).value(), 1);
  EXPECT_EQ(twice.deliver_due(sender, now + std::chrono::hours(99))->failed, 0);
  ASSERT_TRUE(twice.retry(1, now));
  EXPECT_EQ(twice.deliver_due(sender, now)->failed, 1);
  EXPECT_EQ(twice.retry(7, now).error().code, Errc::not_found);
}

TEST_F(HookTest, ARedirectIsNotFollowed) {
  HttpSink secret({http(200, "private")});
  HttpSink sink({http(302, "", "Location: " + secret.url() + "\r\n")});
  ASSERT_TRUE(outbox.add(draft(sink.url()), now));
  EXPECT_EQ(deliver(sender).failed, 1);
  EXPECT_EQ(only().last_error, "unavailable: status 302");
  EXPECT_TRUE(secret.seen().empty());
}

TEST_F(HookTest, AnErrorNeverShowsTheAddress) {
  ASSERT_TRUE(outbox.add(draft("http://no-such-host.invalid/send?key=topsecret"), now));
  EXPECT_EQ(deliver(sender).failed, 1);
  EXPECT_EQ(only().last_error.find("secret"), std::string::npos) << only().last_error;
}

TEST_F(HookTest, AWecomRobotMustSayErrcodeZero) {
  HttpSink sink({http(200, R"({"errcode":93000,"errmsg":"invalid webhook url"})"), http(200, R"({"errcode" : 0 ,"errmsg":"ok"})")});
  HookDraft wecom = draft(sink.url());
  wecom.answer = HookAnswer::wecom;
  ASSERT_TRUE(outbox.add(wecom, now));
  EXPECT_EQ(deliver(sender).failed, 1);
  EXPECT_NE(only().last_error.find("93000"), std::string::npos);
  now += seconds(30);
  EXPECT_EQ(deliver(sender).sent, 1);
}

TEST_F(HookTest, WhatCannotBeSentIsNotStored) {
  const auto wrong = [&](auto change) {
    HookDraft bad = draft("https://example.com/");
    change(bad);
    const auto stored = outbox.add(bad, now);
    return stored ? std::string("stored") : stored.error().detail.substr(0, stored.error().detail.find(':'));
  };
  EXPECT_EQ(wrong([](HookDraft& d) { d.url = "ftp://example.com/"; }), "url");
  EXPECT_EQ(wrong([](HookDraft& d) { d.url = "http://user:pass@example.com/"; }), "url");
  EXPECT_EQ(wrong([](HookDraft& d) { d.url = "http://example.com/\r\nHost: x"; }), "url");
  EXPECT_EQ(wrong([](HookDraft& d) { d.url = "http://" + std::string(2000, 'a'); }), "url");
  EXPECT_EQ(wrong([](HookDraft& d) { d.key = "a\nb"; }), "key");
  EXPECT_EQ(wrong([](HookDraft& d) { d.key = ""; }), "key");
  EXPECT_EQ(wrong([](HookDraft& d) { d.headers = {{"X-A", "1\r\nX-B: 2"}}; }), "headers");
  EXPECT_EQ(wrong([](HookDraft& d) { d.headers = {{"X A", "1"}}; }), "headers");
  EXPECT_EQ(wrong([](HookDraft& d) { d.body = std::string(300'000, 'a'); }), "body");
}

TEST_F(HookTest, BodiesOfOldHooksAreRemovedAndTheirKeysStay) {
  HttpSink sink({http(200, "")});
  ASSERT_TRUE(outbox.add(draft(sink.url()), now));
  EXPECT_EQ(deliver(sender).sent, 1);
  EXPECT_EQ(outbox.sweep(now + std::chrono::hours(24)).value(), 0);
  EXPECT_EQ(outbox.sweep(now + std::chrono::hours(31 * 24)).value(), 1);
  EXPECT_EQ(outbox.add(draft(sink.url()), now).value(), false);
}

TEST(ChatRobots, BodiesAreJsonThatCannotBeMarkedUp) {
  const ChatMessage message{"New <request>", {{"Text", "a\nb <@all> & \"q\" <!channel>"}}, "https://p.example/"};
  const auto wecom = nlohmann::json::parse(wecom_body(message));
  EXPECT_EQ(wecom["msgtype"], "markdown");
  EXPECT_EQ(wecom["markdown"]["content"],
            "**New &lt;request&gt;**\n> Text: a b &lt;@all&gt; &amp; \"q\" &lt;!channel&gt;\n"
            "[https://p.example/](https://p.example/)");
  const auto slack = nlohmann::json::parse(slack_body(message));
  EXPECT_EQ(slack["text"], "New &lt;request&gt;");
  EXPECT_EQ(slack["blocks"][0]["type"], "section");
  EXPECT_EQ(slack["blocks"][0]["text"]["type"], "mrkdwn");
  EXPECT_EQ(slack["blocks"][0]["text"]["text"],
            "*New &lt;request&gt;*\nText: a b &lt;@all&gt; &amp; \"q\" &lt;!channel&gt;\n<https://p.example/>");
}

TEST(ChatRobots, LongTextsAreCutAtACharacter) {
  std::string chinese;
  for (int i = 0; i < 3000; ++i) chinese += "消";
  const auto wecom = nlohmann::json::parse(wecom_body({"t", {{"l", chinese}}, ""}));
  const auto content = wecom["markdown"]["content"].get<std::string>();
  EXPECT_LE(content.size(), 4096U);
  EXPECT_TRUE(content.ends_with("消"));
  EXPECT_LE(nlohmann::json::parse(slack_body({"t", {{"l", chinese}}, ""}))["blocks"][0]["text"]["text"].get<std::string>().size(), 3000U);
}

}  // namespace
}  // namespace postage::notify
