#pragma once
// For tests: a folder of its own with a control store and a meter in it, on a clock that stands still.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "meter/hour.h"
#include "meter/meter.h"

namespace postage::meter {

/// 2026-01-15T10:00Z, a full hour.
inline constexpr Instant kTen{milliseconds(491242LL * kHourMs)};
inline constexpr std::int64_t kTenHour = 491242;

struct TestFolder {
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "postage-meter-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::string path;
};

struct TestSite {
  explicit TestSite(std::string folder, Instant now = kTen) : root(std::move(folder)), clock(now) {
    auto opened = db::Database::open({.path = root + "/store.db", .readers = 2, .sync = false});
    CHECK(opened.ok());
    database = std::move(*opened);
    CHECK(migrate_meter(*database, now).ok());
    options.folder = root + "/meter";
    options.shards = 2;
    options.sync = false;
  }
  /// Starts a meter; the earlier one must be gone or killed.
  Result<void> start() {
    TRY(opened, Meter::open(options, *database, clock));
    meter = std::move(opened);
    return {};
  }
  void start_or_die() {
    const auto done = start();
    if (!done) std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
    CHECK(done.ok());
  }
  /// As SIGKILL does: nothing is written any more.
  void die() { meter.reset(); }

  /// A connection that nobody closes because its process is gone: the object must not touch the meter either.
  static void lose(Cell cell) {
    static auto* const lost = new std::vector<Cell>;
    lost->push_back(std::move(cell));
  }

  ProjectSlot project(std::int64_t id) { return *meter->slots().of(ProjectId{id}); }
  AccountSlot account(std::int64_t id = 1) { return *meter->slots().of(AccountId{id}); }
  void add(std::int64_t id, std::int64_t units, int shard = 0) {
    ShardWindows& windows = meter->windows().shard(shard);
    windows.begin_turn();
    windows.add(project(id), clock.wall(), units);
    windows.end_turn();
  }
  Cell connect(std::int64_t id, std::int64_t session = 1, std::string_view user = "ann") {
    auto cell = meter->connections().open(
        {project(id), account(), SessionId{session}, ConnectionId{session}, user, clock.wall()});
    CHECK(cell.ok());
    return std::move(*cell);
  }
  void tick() {
    const auto done = meter->tick(clock.wall());
    if (!done) std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
    CHECK(done.ok());
  }
  void go(milliseconds by) {
    clock.advance(by);
    tick();
  }
  void go_to(Instant at) {
    clock.set(at);
    tick();
  }
  MonthUsage month(std::initializer_list<std::int64_t> ids, InstantRange range) {
    std::vector<NamedProject> projects;
    for (const std::int64_t id : ids) projects.push_back({ProjectId{id}, "p" + std::to_string(id)});
    auto usage = meter->reader().month(AccountId{1}, projects, range);
    CHECK(usage.ok());
    return std::move(*usage);
  }
  ProjectUsage usage(std::int64_t id, InstantRange range) { return month({id}, range).projects.front(); }
  [[nodiscard]] std::string journal() const { return options.folder + "/journal"; }
  [[nodiscard]] std::string public_key() const { return options.folder + "/seal_key.pub.pem"; }

  std::string root;
  ManualClock clock;
  std::unique_ptr<db::Database> database;
  MeterOptions options;
  std::unique_ptr<Meter> meter;
};

inline InstantRange hours(std::int64_t from, std::int64_t to) { return {hour_start(from), hour_start(to)}; }
/// January 2026 in UTC.
inline const InstantRange kJanuary = {Instant(milliseconds(1'767'225'600'000)),
                                      Instant(milliseconds(1'769'904'000'000))};

}  // namespace postage::meter
