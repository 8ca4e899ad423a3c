// Costs of the counting paths. Budget: add 2 ns, cell add 2 ns, connect and close 1 us together.
#include <benchmark/benchmark.h>

#include "meter/test_site.h"

namespace postage::meter {
namespace {

struct Site {
  TestFolder folder;
  std::unique_ptr<Slots> slots = std::move(*Slots::open(folder.path + "/slots"));
  std::unique_ptr<Connections> connections = std::move(*Connections::create(folder.path, 1));
  std::vector<ProjectSlot> projects;
  AccountSlot account;
  Windows windows{folder.path, 1, 2, *slots};
  Site() {
    account = *slots->of(AccountId{1});
    for (std::int64_t id = 1; id <= 1024; ++id) projects.push_back(*slots->of(ProjectId{id}));
    CHECK(connections->grow(slots->count()).ok());
    CHECK(windows.prepare(kTen).ok());
  }
};

/// What the loop with its pseudo-random project costs without the count.
void loop_alone(benchmark::State& state) {
  const Site site;
  std::uint32_t x = 1;
  for (auto _ : state) {
    x = x * 1664525 + 1013904223;
    benchmark::DoNotOptimize(site.projects[(x >> 12) % 1024]);
  }
}
BENCHMARK(loop_alone);

void window_add(benchmark::State& state) {
  Site site;
  ShardWindows& shard = site.windows.shard(0);
  std::uint32_t x = 1;
  shard.begin_turn();
  for (auto _ : state) {
    x = x * 1664525 + 1013904223;
    shard.add(site.projects[(x >> 12) % 1024], kTen, 1);
  }
  shard.end_turn();
}
BENCHMARK(window_add);

void window_turn(benchmark::State& state) {
  Site site;
  ShardWindows& shard = site.windows.shard(0);
  for (auto _ : state) {
    shard.begin_turn();
    shard.add(site.projects[0], kTen, 1);
    shard.end_turn();
  }
}
BENCHMARK(window_turn);

void cell_add(benchmark::State& state) {
  Site site;
  Cell cell = *site.connections->open({site.projects[0], site.account, SessionId{1}, ConnectionId{1}, "ann", kTen});
  for (auto _ : state) {
    cell.add(1);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(cell_add);

void connect_and_close(benchmark::State& state) {
  Site site;
  std::int64_t count = 0;
  for (auto _ : state) {
    Cell cell = *site.connections->open({site.projects[0], site.account, SessionId{1}, ConnectionId{1}, "ann", kTen});
    cell.close(kTen);
    if (++count % 512 == 0) {
      site.connections->begin_harvest();
      CHECK(site.connections->harvest().ok());
    }
  }
}
BENCHMARK(connect_and_close);

}  // namespace
}  // namespace postage::meter
