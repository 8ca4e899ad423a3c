// Shards count, the meter ticks through hours and readers read, all at once: a reader never sees a unit twice or gone.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "meter/test_site.h"

namespace postage::meter {
namespace {

TEST(ThreadsTest, ReadersSeeEveryUnitOnceWhileHoursClose) {
  TestFolder folder;
  TestSite site(folder.path);
  site.options.grace_ms = 0;
  site.start_or_die();
  std::atomic<std::int64_t> counted[2] = {0, 0};
  std::atomic<bool> done{false};
  const auto shard = [&](int index) {
    ShardWindows& windows = site.meter->windows().shard(index);
    const ProjectSlot slot = site.project(7);
    std::int64_t total = 0;
    while (!done) {
      windows.begin_turn();
      const Instant now = site.clock.wall();
      for (int i = 0; i < 50; ++i) {
        windows.add(slot, now, 1);
        counted[index].store(++total, std::memory_order_release);
      }
      windows.end_turn();
      Cell cell = site.connect(7, index + 1);
      cell.add(1);
      cell.close(now);
    }
  };
  std::thread first(shard, 0), second(shard, 1);
  std::int64_t reads = 0, wrong = 0;
  std::thread reader([&] {
    while (!done) {
      const std::int64_t before =
          counted[0].load(std::memory_order_acquire) + counted[1].load(std::memory_order_acquire);
      const std::int64_t seen = site.usage(7, kJanuary).units;
      const std::int64_t after =
          counted[0].load(std::memory_order_acquire) + counted[1].load(std::memory_order_acquire);
      // Each shard may have added one unit that it has not yet told.
      if (seen < before || seen > after + 2) ++wrong;
      ++reads;
    }
  });
  for (int i = 0; i < 150; ++i) site.go(milliseconds(11 * kMinuteMs));
  done = true;
  first.join();
  second.join();
  reader.join();
  site.tick();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(reads, 10);
  EXPECT_EQ(site.usage(7, kJanuary).units, counted[0] + counted[1]);
  ASSERT_TRUE(site.meter->stop(site.clock.wall()));
  EXPECT_EQ(site.usage(7, kJanuary).units, counted[0] + counted[1]);
  EXPECT_EQ(site.meter->reader().open_connections(ProjectId{7}), 0);
}

}  // namespace
}  // namespace postage::meter
