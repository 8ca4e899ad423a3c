// Processes that die: by SIGKILL in the middle of counting, and by _exit between every two steps that leave a trace on
// disk. What was counted is billed once, whatever dies how often.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "meter/test_site.h"
#include "meter/verifier.h"

namespace postage::meter {
namespace {

/// Memory that a dead child leaves to its parent.
struct Shared {
  std::atomic<std::int64_t> counted[4];
  std::atomic<std::int64_t> steps;
};
Shared* shared_memory() {
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  return static_cast<Shared*>(memory);
}

/// Runs `body` in a child; returns its wait status.
template <class Body>
int in_child(Body body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  return status;
}

void expect_valid(const TestSite& site) {
  auto key = SealKey::from_public_file(site.public_key());
  ASSERT_TRUE(key);
  auto report = verify_journal(site.journal(), *key);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok()) << report->finding->text();
}

/// Dies at the n-th step.
void arm(TestSite& site, Shared* shared, std::int64_t die_at) {
  shared->steps = 0;
  site.options.on_step = [shared, die_at](const char*) {
    if (++shared->steps == die_at) _exit(9);
  };
}

/// Three hours of a small life; every unit that was added is in counted[project - 7] before anything else happens.
void live(TestSite& site, Shared* shared) {
  const auto add = [&](std::int64_t project, std::int64_t units) {
    site.add(project, units, project % 2 == 0 ? 0 : 1);
    shared->counted[project - 7] += units;
  };
  site.start_or_die();
  add(7, 5);
  Cell cell = site.connect(7);
  shared->counted[2] = 1;  // The peak.
  site.meter->storage().change(site.project(8), 64, site.clock.wall());
  for (int i = 0; i < 8; ++i) {
    add(7, 1 + i);
    add(8, 100);
    site.go(milliseconds(25 * kMinuteMs));
    add(7, 1);
    site.go(milliseconds(6'000));
  }
  cell.close(site.clock.wall());
  CHECK(site.meter->stop(site.clock.wall()).ok());
}

TEST(KillTest, DeathBetweenAnyTwoStepsBillsEveryUnitOnce) {
  Shared* const shared = shared_memory();
  bool finished = false;
  int deaths = 0;
  for (std::int64_t die_at = 1; !finished; ++die_at) {
    TestFolder folder;
    for (auto& counter : shared->counted) counter = 0;
    const int status = in_child([&] {
      TestSite site(folder.path);
      arm(site, shared, die_at);
      live(site, shared);
    });
    ASSERT_TRUE(WIFEXITED(status)) << die_at;
    finished = WEXITSTATUS(status) == 0;
    ASSERT_TRUE(finished || WEXITSTATUS(status) == 9) << die_at;
    // The recovery dies as well, later each time, until one gets through; the strides differ, so that every pair is
    // met.
    const std::int64_t stride = 1 + die_at % 7;
    for (std::int64_t again = 1 + die_at % stride; !finished; again += stride) {
      const int second = in_child([&] {
        TestSite site(folder.path, kTen + milliseconds(5 * kHourMs));
        arm(site, shared, again);
        site.start_or_die();
      });
      ASSERT_TRUE(WIFEXITED(second));
      ++deaths;
      if (WEXITSTATUS(second) == 0) break;
      ASSERT_EQ(WEXITSTATUS(second), 9);
    }
    TestSite site(folder.path, kTen + milliseconds(6 * kHourMs));
    site.start_or_die();
    ASSERT_EQ(site.usage(7, kJanuary).units, shared->counted[0].load()) << "died at step " << die_at;
    ASSERT_EQ(site.usage(8, kJanuary).units, shared->counted[1].load()) << "died at step " << die_at;
    ASSERT_EQ(site.usage(7, kJanuary).peak, shared->counted[2].load()) << "died at step " << die_at;
    ASSERT_EQ(
        *site.database->reader()->integer("select count(*) - count(distinct run || ' ' || session) from meter_cut"), 0);
    expect_valid(site);
    ASSERT_TRUE(site.meter->stop(site.clock.wall()));
    ASSERT_EQ(site.usage(7, kJanuary).units, shared->counted[0].load());
    expect_valid(site);
  }
  EXPECT_GT(deaths, 60);
  munmap(shared, 4096);
}

/// Two shards count as fast as they can while the meter ticks through hours; the parent kills them at a random number.
void count_until_killed(const std::string& folder, Shared* shared, std::int64_t target, int ready) {
  TestSite site(folder);
  site.start_or_die();
  const auto shard = [&](int index) {
    ShardWindows& windows = site.meter->windows().shard(index);
    const ProjectSlot slot = site.project(7 + index);
    Cell cell = site.connect(7 + index, 40 + index);
    std::atomic<std::int64_t>& counted = shared->counted[index];
    bool told = false;
    for (std::int64_t total = 1;; ++total) {
      windows.begin_turn();
      windows.add(slot, site.clock.wall(), 1);
      counted.store(total, std::memory_order_release);
      windows.end_turn();
      cell.add(1);
      shared->counted[2 + index].store(total, std::memory_order_release);
      // Not before both count: a thread that has not begun has no connection to be cut.
      if (index == 0 && !told && total >= target && shared->counted[3] > 0) {
        told = true;
        CHECK(write(ready, "!", 1) == 1);
      }
    }
  };
  std::thread other(shard, 1);
  std::thread first(shard, 0);
  for (;;) site.go(milliseconds(7 * kMinuteMs));
}

TEST(KillTest, SigkillLosesNoUnitOfTwoCountingThreads) {
  Shared* const shared = shared_memory();
  std::mt19937_64 random(7);
  for (int round = 0; round < 8; ++round) {
    TestFolder folder;
    for (auto& counter : shared->counted) counter = 0;
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0)
      count_until_killed(folder.path, shared, 1000 + static_cast<std::int64_t>(random() % 400'000), ready[1]);
    random();
    pollfd wait{ready[0], POLLIN, 0};
    ASSERT_EQ(poll(&wait, 1, 60'000), 1);
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(ready[0]);
    close(ready[1]);

    for (int again = 0; again < 2; ++again) {  // The second recovery finds nothing to bill.
      TestSite site(folder.path, kTen + milliseconds(24 * 20 * kHourMs));
      site.start_or_die();
      const InstantRange all{kJanuary.start, kJanuary.end + milliseconds(8000 * kHourMs)};
      for (int index = 0; index < 2; ++index) {
        const std::int64_t counted = shared->counted[index];
        const std::int64_t billed = site.usage(7 + index, all).units;
        EXPECT_TRUE(billed == counted || billed == counted + 1) << billed << " billed, " << counted << " counted";
        EXPECT_EQ(site.usage(7 + index, all).peak, 1);
      }
      if (again == 0) {
        ASSERT_EQ(site.meter->recovery().cut.size(), 2u);
        for (const Recovery::CutConnection& cut : site.meter->recovery().cut) {
          const std::int64_t counted = shared->counted[2 + cut.project.value - 7];
          EXPECT_TRUE(cut.units == counted || cut.units == counted + 1);
        }
      } else {
        EXPECT_EQ(site.meter->recovery().units, 0);
        EXPECT_TRUE(site.meter->recovery().cut.empty());
      }
      expect_valid(site);
    }
  }
  munmap(shared, 4096);
}

/// Random lives of many runs, each ended by a stop or a death, against plain sums.
TEST(KillTest, ManyRunsOfAnyKindAddUp) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    std::mt19937_64 random(seed);
    TestFolder folder;
    std::map<std::int64_t, std::int64_t> january, february;
    Instant now = kJanuary.end - milliseconds(20 * kHourMs);
    for (int run = 0; run < 12; ++run) {
      TestSite site(folder.path, now);
      site.start_or_die();
      const int steps = static_cast<int>(random() % 40);
      for (int i = 0; i < steps; ++i) {
        const std::int64_t project = 7 + static_cast<std::int64_t>(random() % 3);
        const std::int64_t units = static_cast<std::int64_t>(random() % 1000);
        site.add(project, units, static_cast<int>(random() % 2));
        (site.clock.wall() < kJanuary.end ? january : february)[project] += units;
        if (random() % 2 == 0) site.tick();
        site.clock.advance(milliseconds(static_cast<std::int64_t>(random() % (12 * kMinuteMs))));
        if (random() % 3 == 0) site.tick();
      }
      now = site.clock.wall();
      const bool orderly = random() % 2 == 0;
      ASSERT_TRUE(!orderly || site.meter->stop(now));
    }
    TestSite site(folder.path, now);
    site.start_or_die();
    const InstantRange next{kJanuary.end, kJanuary.end + milliseconds(28 * 24 * kHourMs)};
    for (std::int64_t project = 7; project < 10; ++project) {
      EXPECT_EQ(site.usage(project, kJanuary).units, january[project]) << "seed " << seed;
      EXPECT_EQ(site.usage(project, next).units, february[project]) << "seed " << seed;
    }
    expect_valid(site);
  }
}

}  // namespace
}  // namespace postage::meter
