#include "net/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace postage::net {
namespace {

const Instant kNow{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

struct LoopTest : ::testing::Test {
  ManualClock clock{kNow};
  std::unique_ptr<Loop> loop = Loop::create(clock).value();
  void turn() { loop->turn(milliseconds(0)); }
};

TEST_F(LoopTest, PostedTasksRunInOrderOnceEach) {
  std::string order;
  for (const char c : {'a', 'b', 'c'}) loop->post([&order, c] { order.push_back(c); });
  turn();
  turn();
  EXPECT_EQ(order, "abc");
}

TEST_F(LoopTest, ATaskThatPostsItselfDoesNotStarveTheTurn) {
  int runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    loop->post(again);
  };
  loop->post(again);
  turn();
  EXPECT_EQ(runs, 1);
  turn();
  EXPECT_EQ(runs, 2);
}

TEST_F(LoopTest, TasksMayOwnWhatCannotBeCopiedAndBigThings) {
  int sum = 0;
  auto number = std::make_unique<int>(7);
  std::array<int, 64> big{};
  big[63] = 35;
  loop->post([&sum, number = std::move(number)] { sum += *number; });
  loop->post([&sum, big] { sum += big[63]; });
  turn();
  EXPECT_EQ(sum, 42);
}

TEST_F(LoopTest, TheClockIsReadOnceATurn) {
  const Steady before = loop->now();
  loop->post([&] {
    clock.advance(seconds(5));
    EXPECT_EQ(loop->now(), before);
  });
  turn();
  turn();
  EXPECT_EQ(loop->now(), before + seconds(5));
  EXPECT_EQ(loop->wall(), kNow + seconds(5));
}

TEST_F(LoopTest, HooksComeAfterTasksAndTimersInOrderOfAdding) {
  std::string order;
  Timer timer(*loop, [&] { order += "timer "; });
  loop->on_turn_end([&] { order += "first "; });
  loop->on_turn_end([&] { order += "second "; });
  loop->post([&] { order += "task "; });
  timer.set(loop->now() + milliseconds(3));
  clock.advance(milliseconds(3));
  turn();
  EXPECT_EQ(order, "task timer first second ");
}

TEST_F(LoopTest, ATimerRingsOnceAndCanBeCancelled) {
  int calls = 0;
  Timer timer(*loop, [&] { ++calls; });
  timer.set(loop->now() + milliseconds(10));
  clock.advance(milliseconds(9));
  turn();
  EXPECT_EQ(calls, 0);
  clock.advance(milliseconds(1));
  turn();
  turn();
  EXPECT_EQ(calls, 1);
  timer.set(loop->now() + milliseconds(10));
  timer.cancel();
  clock.advance(seconds(1));
  turn();
  EXPECT_EQ(calls, 1);
}

TEST_F(LoopTest, StopEndsRunAfterWhatWasPostedBefore) {
  bool ran = false;
  loop->post([&] { ran = true; });
  loop->stop();
  loop->run();
  EXPECT_TRUE(ran);
}

TEST_F(LoopTest, ThePostOfAnotherThreadWakesASleepingLoop) {
  std::thread thread([&] { loop->run(); });
  for (int i = 0; i < 200; ++i) {
    std::promise<void> done;
    loop->post([&] { done.set_value(); });
    ASSERT_EQ(done.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready) << i;
  }
  loop->stop();
  thread.join();
}

TEST_F(LoopTest, PostsOfManyThreadsAllArrive) {
  std::thread runner([&] { loop->run(); });
  std::atomic<int> count{0};
  std::promise<void> all;
  constexpr int kThreads = 4, kEach = 5000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        loop->post([&] {
          if (++count == kThreads * kEach) all.set_value();
        });
      }
    });
  }
  EXPECT_EQ(all.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  for (auto& thread : threads) thread.join();
  loop->stop();
  runner.join();
}

TEST_F(LoopTest, APostAfterTheLoopsEndIsDropped) {
  const std::shared_ptr<Mailbox> mailbox = loop->mailbox();
  auto alive = std::make_shared<int>(1);
  EXPECT_TRUE(mailbox->post([alive] {}));
  loop.reset();
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_FALSE(mailbox->post([alive] {}));
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(LoopWake, ATurnComesAtTheAskedTimeAndNotLongAfter) {
  auto loop = Loop::create(system_clock()).value();
  const Steady asked = system_clock().steady() + milliseconds(20);
  loop->wake_at(asked + seconds(100));
  loop->wake_at(asked);  // The earliest counts.
  loop->turn(std::chrono::seconds(30));
  EXPECT_GE(system_clock().steady(), asked);
  EXPECT_LT(system_clock().steady(), asked + seconds(20));
}

}  // namespace
}  // namespace postage::net
