#include "bus/local_bus.h"

#include <gtest/gtest.h>

#include <thread>

namespace postage::bus {
namespace {

TEST(LocalBus, MailArrivesInOrderAndWakesOnlyASleeper) {
  LocalBus<int> bus(2);
  int woken = 0;
  bus.on_wake(1, [&] { ++woken; });
  std::vector<int> mails{1, 2};
  bus.post(1, mails, 8);
  EXPECT_TRUE(mails.empty());
  mails = {3};
  bus.post(1, mails, 4);
  EXPECT_EQ(woken, 1);
  std::vector<int> box;
  bus.take(0, box);
  EXPECT_TRUE(box.empty());
  bus.take(1, box);
  EXPECT_EQ(box, (std::vector<int>{1, 2, 3}));
  bus.post(1, mails, 0);
  EXPECT_EQ(woken, 1);  // nothing was posted
  mails = {4};
  bus.post(1, mails, 4);
  EXPECT_EQ(woken, 2);
}

TEST(LocalBus, RoomEndsAtTheBoundAndReturnsWhenMailIsTaken) {
  LocalBus<int> bus(1, 100);
  std::vector<int> mails{1};
  bus.post(0, mails, 99);
  EXPECT_TRUE(bus.has_room(0));
  mails = {2};
  bus.post(0, mails, 1);
  EXPECT_FALSE(bus.has_room(0));
  std::vector<int> box;
  bus.take(0, box);
  EXPECT_EQ(box.size(), 2u);
  EXPECT_TRUE(bus.has_room(0));
}

TEST(LocalBus, ManyPostersLoseNothingAndKeepTheirOwnOrder) {
  constexpr int kPosters = 4, kEach = 5000;
  LocalBus<std::pair<int, int>> bus(1);
  std::vector<std::thread> posters;
  for (int p = 0; p < kPosters; ++p) {
    posters.emplace_back([&bus, p] {
      for (int n = 0; n < kEach; ++n) {
        std::vector<std::pair<int, int>> mails{{p, n}};
        bus.post(0, mails, 8);
      }
    });
  }
  std::vector<int> next(kPosters, 0);
  std::vector<std::pair<int, int>> box;
  for (int got = 0; got < kPosters * kEach;) {
    box.clear();
    bus.take(0, box);
    for (const auto& [poster, n] : box) ASSERT_EQ(n, next[static_cast<std::size_t>(poster)]++);
    got += static_cast<int>(box.size());
  }
  for (std::thread& t : posters) t.join();
}

}  // namespace
}  // namespace postage::bus
