#include "net/timer_wheel.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <memory>
#include <vector>

namespace postage::net {
namespace {

const Steady kStart(seconds(1'000'000));

struct Alarm final : Deadline {
  std::function<void()> call;
  int calls = 0;
  void on_due() override {
    ++calls;
    if (call) call();
  }
};

TEST(TimerWheel, ADeadlineIsDueAtItsMillisecondAndNotBefore) {
  for (const std::int64_t ms :
       {1LL, 2LL, 63LL, 64LL, 65LL, 4095LL, 4096LL, 4097LL, 262144LL, 1000000LL, 86400000LL, 31LL * 86400000LL}) {
    TimerWheel wheel(kStart);
    Alarm alarm;
    wheel.arm(alarm, kStart + milliseconds(ms));
    wheel.advance(kStart + milliseconds(ms) - nanoseconds(1));
    EXPECT_EQ(alarm.calls, 0) << ms;
    EXPECT_TRUE(alarm.armed());
    wheel.advance(kStart + milliseconds(ms));
    EXPECT_EQ(alarm.calls, 1) << ms;
    EXPECT_FALSE(alarm.armed());
  }
}

TEST(TimerWheel, APartOfAMillisecondIsRoundedUp) {
  TimerWheel wheel(kStart);
  Alarm alarm;
  wheel.arm(alarm, kStart + nanoseconds(1'000'001));
  wheel.advance(kStart + nanoseconds(1'999'999));
  EXPECT_EQ(alarm.calls, 0);
  wheel.advance(kStart + milliseconds(2));
  EXPECT_EQ(alarm.calls, 1);
}

TEST(TimerWheel, MovingLaterAndEarlierTakesTheLastWord) {
  TimerWheel wheel(kStart);
  Alarm alarm;
  wheel.arm(alarm, kStart + milliseconds(10));
  wheel.arm(alarm, kStart + milliseconds(500));
  wheel.advance(kStart + milliseconds(499));
  EXPECT_EQ(alarm.calls, 0);
  wheel.arm(alarm, kStart + milliseconds(1000));
  wheel.arm(alarm, kStart + milliseconds(600));
  wheel.advance(kStart + milliseconds(600));
  EXPECT_EQ(alarm.calls, 1);
}

TEST(TimerWheel, ADeadlineInThePastIsDueAtTheNextMillisecond) {
  TimerWheel wheel(kStart);
  wheel.advance(kStart + milliseconds(100));
  Alarm alarm;
  wheel.arm(alarm, kStart);
  wheel.advance(kStart + milliseconds(101));
  EXPECT_EQ(alarm.calls, 1);
}

TEST(TimerWheel, ACallbackMayDisarmDestroyAndArmOthersOfTheSameMillisecond) {
  TimerWheel wheel(kStart);
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (int i = 0; i < 3; ++i) alarms.push_back(std::make_unique<Alarm>());
  Alarm late;
  int rung = 0;
  for (auto& alarm : alarms) {
    alarm->call = [&, self = alarm.get()] {
      ++rung;
      for (auto& other : alarms) {
        if (other && other.get() != self) other.reset();
      }
      wheel.arm(late, kStart + milliseconds(7));
    };
    wheel.arm(*alarm, kStart + milliseconds(5));
  }
  wheel.advance(kStart + milliseconds(6));
  EXPECT_EQ(rung, 1);
  wheel.advance(kStart + milliseconds(7));
  EXPECT_EQ(late.calls, 1);
}

TEST(TimerWheel, RearmingItselfToNowDoesNotSpin) {
  TimerWheel wheel(kStart);
  Alarm alarm;
  alarm.call = [&] { wheel.arm(alarm, kStart); };
  wheel.arm(alarm, kStart);
  wheel.advance(kStart + milliseconds(50));
  EXPECT_EQ(alarm.calls, 50);
}

TEST(TimerWheel, TheWheelMayGoBeforeItsDeadlines) {
  Alarm alarm;
  {
    TimerWheel wheel(kStart);
    wheel.arm(alarm, kStart + seconds(5));
  }
  EXPECT_FALSE(alarm.armed());
}

RC_GTEST_PROP(TimerWheel, AgreesWithAPlainListOfDeadlines, ()) {
  TimerWheel wheel(kStart);
  constexpr int kAlarms = 12;
  std::vector<Alarm> alarms(kAlarms);
  std::vector<std::int64_t> due(kAlarms, -1);  // the model
  std::vector<int> expected(kAlarms, 0);
  std::int64_t now = 0;
  const int steps = *rc::gen::inRange(1, 60);
  for (int step = 0; step < steps; ++step) {
    const auto which = static_cast<std::size_t>(*rc::gen::inRange(0, kAlarms));
    const int scale = *rc::gen::inRange(0, 28);
    const std::int64_t amount = *rc::gen::inRange<std::int64_t>(1, (std::int64_t{1} << scale) + 1);
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        wheel.arm(alarms[which], kStart + milliseconds(now + amount));
        due[which] = now + amount;
        break;
      case 1:
        wheel.disarm(alarms[which]);
        due[which] = -1;
        break;
      default:
        now += amount;
        for (std::size_t i = 0; i < kAlarms; ++i) {
          if (due[i] < 0 || due[i] > now) continue;
          ++expected[i];
          due[i] = -1;
        }
        wheel.advance(kStart + milliseconds(now));
    }
    std::int64_t earliest = -1;
    for (std::size_t i = 0; i < kAlarms; ++i) {
      RC_ASSERT(alarms[i].calls == expected[i]);
      RC_ASSERT(alarms[i].armed() == (due[i] >= 0));
      if (due[i] >= 0 && (earliest < 0 || due[i] < earliest)) earliest = due[i];
    }
    const auto next = wheel.next();
    RC_ASSERT(next.has_value() == (earliest >= 0));
    if (next) RC_ASSERT(*next <= kStart + milliseconds(earliest));
    if (next) RC_ASSERT(*next > kStart + milliseconds(now));
  }
}

}  // namespace
}  // namespace postage::net
