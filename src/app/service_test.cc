// What watches the server from within: signs of life, the probe's project and door, the moved clock, the audit log from
// outside, health answers and `postage doctor`.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "app/command.h"
#include "app/control.h"
#include "app/door.h"
#include "app/lane.h"
#include "app/offset_clock.h"
#include "app/probe.h"
#include "auth/audit.h"
#include "auth/schema.h"
#include "auth/token_check.h"
#include "observe/uptime_watch.h"

namespace postage::app {
namespace {

namespace fs = std::filesystem;
constexpr Instant kStart{seconds(1'800'000'000)};

struct TempFolder {
  TempFolder() {
    std::string pattern = fs::temp_directory_path() / "postage_service_XXXXXX";
    path = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { fs::remove_all(path); }
  std::string path;
};

/// A real loop on its thread.
struct RunningLoop {
  explicit RunningLoop(Clock& clock) : loop(std::move(*net::Loop::create(clock))), thread([this] { loop->run(); }) {}
  ~RunningLoop() {
    loop->stop();
    thread.join();
  }
  /// Waits until everything posted so far has run.
  void settle() {
    std::promise<void> done;
    loop->post([&done] { done.set_value(); });
    done.get_future().wait();
  }
  std::unique_ptr<net::Loop> loop;
  std::thread thread;
};

TEST(Uptime, ALaneWhoseLoopStandsStillIsDownAndComesBack) {
  ManualClock clock(kStart);
  auto database = std::move(*db::Database::open({.path = ":memory:", .sync = false}));
  ASSERT_TRUE(observe::migrate(*database, kStart));
  observe::UptimeLog log(*database, "n");
  RunningLoop running(clock);
  LanePulse pulse(*running.loop, clock);
  observe::UptimeWatch watch({clock, log, {&pulse}, {}});
  ASSERT_TRUE(watch.begin());
  const auto minutes = [&](int count, bool turning) {
    for (int second = 0; second < count * 60; ++second) {
      ASSERT_TRUE(watch.round());
      if (turning) running.settle();
      clock.advance(seconds(1));
    }
  };
  minutes(2, true);
  EXPECT_TRUE(watch.gauges().up);
  std::promise<void> gate;
  running.loop->post([wait = gate.get_future().share()] { wait.wait(); });  // The wedge: a task that does not return.
  minutes(3, false);
  EXPECT_FALSE(watch.gauges().up);
  gate.set_value();
  running.settle();
  minutes(2, true);
  EXPECT_TRUE(watch.gauges().up);
  const auto uptime = log.uptime({kStart, kStart + std::chrono::hours(1)}, false).value();
  ASSERT_TRUE(uptime);
  EXPECT_EQ(uptime->down, 3);
  ASSERT_EQ(uptime->ranges.size(), 1U);
  EXPECT_EQ(uptime->ranges[0].cause, observe::Cause::lane);
}

/// A book that knows no project.
struct EmptyBook final : shard::ProjectBook {
  [[nodiscard]] std::uint64_t version() const override { return 7; }
  [[nodiscard]] std::optional<shard::ProjectTerms> find(ProjectId) const override { return std::nullopt; }
};

TEST(Probe, ItsProjectIsKnownOnlyToWhoeverAsksForIt) {
  const ProbeProject probe(auth::system_entropy());
  const ProbeProject other(auth::system_entropy());
  EXPECT_NE(probe.project.app_id.text, other.project.app_id.text);
  const EmptyBook empty;
  const ProbedBook book(empty);
  EXPECT_EQ(book.version(), 7U);
  ASSERT_TRUE(book.find(ProbeProject::kId));
  EXPECT_EQ(book.find(ProbeProject::kId)->account, AccountId{});
  EXPECT_FALSE(book.find(ProjectId{1}));
  const auto token = probe.token(kStart, 1).value();
  EXPECT_TRUE(auth::check_login(probe.project, "probe", token, kStart));
  EXPECT_FALSE(auth::check_login(probe.project, "somebody", token, kStart));
  EXPECT_FALSE(auth::check_login(other.project, "probe", token, kStart));
  EXPECT_FALSE(auth::check_login(probe.project, "probe", "", kStart, {true, false}));
}

/// Remembers whether it was asked.
struct OpenDoor final : net::HttpHandler {
  void handle(net::Request, net::Responder) override { asked = true; }
  net::UpgradeAnswer upgrade(const net::Request&) override {
    asked = true;
    return net::Response::problem(400, "inner");
  }
  bool asked = false;
};

TEST(Probe, ItsDoorLetsNobodyElseIn) {
  OpenDoor inner;
  const std::string secret(64, 's');
  ProbeDoor door(inner, secret);
  net::Request request;
  request.method = "GET";
  request.target = "/rtm";
  for (const std::string& given : {std::string(), std::string(64, 'x'), std::string(63, 's')}) {
    request.headers = {{"X-Postage-Probe", given}};
    const net::UpgradeAnswer answer = door.upgrade(request);
    ASSERT_TRUE(std::holds_alternative<net::Response>(answer));
    EXPECT_EQ(std::get<net::Response>(answer).status, 404);
  }
  EXPECT_FALSE(inner.asked);
  request.headers = {{"X-Postage-Probe", secret}};
  const net::UpgradeAnswer answer = door.upgrade(request);
  EXPECT_TRUE(inner.asked);
}

TEST(OffsetClock, AMovedClockGoesOnAfterARestart) {
  const TempFolder folder;
  const std::string file = folder.path + "/test_clock";
  ManualClock machine(kStart);
  OffsetClock first(machine, true);
  ASSERT_TRUE(first.keep_in(file));
  EXPECT_EQ(first.wall(), kStart);
  ASSERT_TRUE(first.set_wall(kStart + std::chrono::hours(5)));
  EXPECT_EQ(first.set_wall(kStart).error().code, Errc::bad_request);
  machine.advance(seconds(10));
  OffsetClock second(machine, true);
  ASSERT_TRUE(second.keep_in(file));
  EXPECT_EQ(second.wall(), kStart + std::chrono::hours(5) + seconds(10));
  OffsetClock real(machine, false);
  ASSERT_TRUE(real.keep_in(file));
  EXPECT_EQ(real.wall(), machine.wall());
  std::ofstream(file) << "soon\n";
  OffsetClock third(machine, true);
  EXPECT_EQ(third.keep_in(file).error().code, Errc::corrupt_record);
}

TEST(AuditCheck, OneChangedByteInAnyRowIsNamed) {
  const TempFolder folder;
  auto database = std::move(*db::Database::open({.path = folder.path + "/postage.db", .sync = false}));
  ASSERT_TRUE(database->migrate("auth", auth::migrations(), kStart));
  auth::AuditLog log(*database);
  constexpr int kEvents = 5;
  for (int i = 1; i <= kEvents; ++i) {
    ASSERT_TRUE(log.append({{auth::Actor::Kind::person, i, "ann@a.example"}, "plan.change", AccountId{i}, ProjectId{2}, "plan",
                            {{"to", "basic"}}}, kStart + seconds(i)));
  }
  EXPECT_EQ(log.verify().value(), kEvents);
  ASSERT_TRUE(database->write([](db::Connection& c) {
    return c.script("drop trigger audit_event_is_never_changed; drop trigger audit_event_is_never_removed;");
  }));
  const char* texts[] = {"actor_kind", "actor_name", "action", "subject", "details", "hash"};
  const char* numbers[] = {"at", "actor_id", "account_id", "project_id"};
  for (int event = 1; event <= kEvents; ++event) {
    std::vector<std::pair<std::string, std::string>> changes;  // there and back
    for (const std::string column : numbers) changes.emplace_back(column + " = " + column + " + 1", column + " = " + column + " - 1");
    for (const std::string column : texts) {
      const std::string rest = "substr(" + column + ", 2)";
      changes.emplace_back(column + " = char(unicode(" + column + ") + 1) || " + rest, column + " = char(unicode(" + column + ") - 1) || " + rest);
    }
    for (const auto& [there, back] : changes) {
      const std::string where = " where number = " + std::to_string(event);
      ASSERT_TRUE(database->write([&](db::Connection& c) { return c.script("update audit_event set " + there + where); }));
      const auto found = log.verify();
      ASSERT_FALSE(found) << there << where;
      EXPECT_NE(found.error().detail.find("audit event " + std::to_string(event) + " "), std::string::npos) << there << where;
      ASSERT_TRUE(database->write([&](db::Connection& c) { return c.script("update audit_event set " + back + where); }));
    }
  }
  EXPECT_EQ(log.verify().value(), kEvents);
}

TEST(Control, ADutyWithMoreToDoGoesOnAtOnceAndTheOthersHaveTheirSecond) {
  ManualClock clock(kStart);
  std::atomic<int> busy{0}, calm{0};
  std::promise<void> done;
  Control control(clock, {{"calm", [&](Instant) -> Result<void> {
                             ++calm;
                             return {};
                           }},
                          {"busy",
                           [&](Instant) -> Result<void> {
                             if (++busy == 30) clock.advance(seconds(1));
                             if (busy == 50) done.set_value();
                             return {};
                           },
                           [&] { return busy < 50; }}});
  control.start();
  done.get_future().wait();
  EXPECT_EQ(calm, 2) << "at the start, and when a second had passed";
  control.run_now();
  EXPECT_EQ(calm, 3);
  EXPECT_EQ(busy, 51);
  control.stop();
}

TEST(Health, ReadyIs503WhileTheServerTakesNoWork) {
  EXPECT_EQ(health_answer("/healthz", false)->status, 200);
  EXPECT_EQ(health_answer("/readyz", true)->status, 200);
  EXPECT_EQ(health_answer("/readyz", false)->status, 503);
  EXPECT_EQ(health_answer("/readyz", false)->body, "not ready\n");
  EXPECT_FALSE(health_answer("/metrics", true));
}

/// Runs the command with so many open files allowed; exit code and what it printed.
std::pair<int, std::string> doctor(rlim_t files, const Arguments& arguments) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit during{files, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &during);
  testing::internal::CaptureStdout();
  const int code = command_doctor(arguments);
  std::fflush(stdout);
  std::string text = testing::internal::GetCapturedStdout();
  ::setrlimit(RLIMIT_NOFILE, &before);
  return {code, std::move(text)};
}

TEST(Doctor, FindsTooFewOpenFilesAndSaysWhatToDo) {
  const TempFolder folder;
  const auto [code, text] = doctor(256, {"--data-dir", folder.path});
  EXPECT_EQ(code, 1);
  EXPECT_NE(text.find("look  256 open files allowed: each connection is one; raise it"), std::string::npos) << text;
  EXPECT_NE(text.find("ok    time zones are installed"), std::string::npos) << text;
  EXPECT_NE(text.find("ok    the built-in catalogues pass their checks"), std::string::npos) << text;
  EXPECT_NE(text.find("MiB free under " + folder.path), std::string::npos) << text;
}

TEST(Doctor, IsContentWithAHealthyMachine) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < 4096 || fs::space(fs::temp_directory_path()).available < (std::uintmax_t{1} << 30)) {
    GTEST_SKIP() << "this machine is not healthy in the doctor's sense";
  }
  const TempFolder folder;
  const auto [code, text] = doctor(4096, {"--data-dir", folder.path});
  EXPECT_EQ(code, 0) << text;
  EXPECT_EQ(text.find("look"), std::string::npos) << text;
}

TEST(Doctor, AMissingFolderIsNoIllnessAndAWrongFlagIsTwo) {
  const auto [code, text] = doctor(4096, {"--data-dir", "/nonexistent/postage"});
  EXPECT_NE(text.find("/nonexistent/postage is not there yet"), std::string::npos) << text;
  EXPECT_LE(code, 1);
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  EXPECT_EQ(command_doctor({"--colour"}), 2);
  testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
}

}  // namespace
}  // namespace postage::app
