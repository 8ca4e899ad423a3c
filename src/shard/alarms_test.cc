#include "shard/alarms.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

namespace postage::shard {
namespace {

struct Bell {
  Bell(Alarms& alarms, std::vector<int>& l, int n)
      : log(l), name(n), alarm(alarms, this, [](void* self, Now) {
          auto* bell = static_cast<Bell*>(self);
          bell->log.push_back(bell->name);
        }) {}
  std::vector<int>& log;
  int name;
  Alarm alarm;
};

Now at(int ms) { return {Instant(milliseconds(ms)), Steady(milliseconds(ms))}; }

TEST(Alarms, RingInOrderOfTimeThenOfArming) {
  Alarms alarms;
  std::vector<int> log;
  Bell a(alarms, log, 1), b(alarms, log, 2), c(alarms, log, 3);
  a.alarm.set(at(20).steady);
  b.alarm.set(at(10).steady);
  c.alarm.set(at(20).steady);
  EXPECT_EQ(alarms.next(), at(10).steady);
  alarms.ring(at(9));
  EXPECT_TRUE(log.empty());
  alarms.ring(at(20));
  EXPECT_EQ(log, (std::vector<int>{2, 1, 3}));
  EXPECT_FALSE(alarms.next());
}

TEST(Alarms, AMovedOrCanceledOrDeadAlarmDoesNotRing) {
  Alarms alarms;
  std::vector<int> log;
  Bell a(alarms, log, 1), b(alarms, log, 2);
  auto c = std::make_unique<Bell>(alarms, log, 3);
  for (Bell* bell : {&a, &b, c.get()}) bell->alarm.set(at(10).steady);
  a.alarm.set(at(30).steady);
  b.alarm.cancel();
  c.reset();
  alarms.ring(at(29));
  EXPECT_TRUE(log.empty());
  alarms.ring(at(30));
  EXPECT_EQ(log, (std::vector<int>{1}));
}

TEST(Alarms, RandomSettingsRingLikeASortedList) {
  std::mt19937 random(5);
  Alarms alarms;
  std::vector<int> log;
  std::vector<std::unique_ptr<Bell>> bells;
  std::vector<int> due(200, -1);
  for (int i = 0; i < 200; ++i) bells.push_back(std::make_unique<Bell>(alarms, log, i));
  for (int now = 0; now < 3000; ++now) {
    const auto i = random() % 200;
    if (random() % 4 == 0) {
      bells[i]->alarm.cancel();
      due[i] = -1;
    } else {
      due[i] = now + 1 + static_cast<int>(random() % 500);
      bells[i]->alarm.set(at(due[i]).steady);
    }
    log.clear();
    alarms.ring(at(now));
    for (const int rung : log) {
      EXPECT_EQ(due[static_cast<std::size_t>(rung)], now);
      due[static_cast<std::size_t>(rung)] = -1;
    }
    for (const int d : due) EXPECT_TRUE(d == -1 || d > now);
  }
}

}  // namespace
}  // namespace postage::shard
