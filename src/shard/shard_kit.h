#pragma once
// For tests and benches: a whole set of shards in one thread, with a clock that stands still and books that are counted by
// hand. Nothing here is linked into the product.
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <vector>

#include "bus/local_bus.h"
#include "shard/shard.h"

namespace postage::shard::kit {

/// The naive money side of one project: what a model expects the real one to be. Thread: any.
struct Books {
  std::atomic<std::int64_t> counted{0};
  std::atomic<std::int64_t> left{std::numeric_limits<std::int64_t>::max() / 2};  ///< hard quota of units
  std::atomic<std::int64_t> given_back{0};
  std::atomic<std::int64_t> refused{0};
  std::atomic<std::int64_t> open{0};
  std::atomic<std::int64_t> peak{0};
  std::atomic<std::int64_t> open_max{std::numeric_limits<std::int64_t>::max()};
};

class BookedProject final : public ProjectTally {
 public:
  explicit BookedProject(Books& books) : books_(books) {}
  bool admit(std::string_view, std::uint64_t units, Instant at, Refusal& why) override {
    const auto n = static_cast<std::int64_t>(units);
    std::int64_t left = books_.left.load();
    do {
      if (left < n) {
        ++books_.refused;
        why.quota = Refusal::Quota{Errc::quota_messages, "messages", 0, 0, n, at};
        return false;
      }
    } while (!books_.left.compare_exchange_weak(left, left - n));
    return true;
  }
  bool would_admit(std::string_view, std::uint64_t units, Instant, Refusal&) override {
    return books_.left >= static_cast<std::int64_t>(units);
  }
  void give_back(std::string_view, std::uint64_t units, Instant) override {
    books_.left += static_cast<std::int64_t>(units);
    books_.given_back += static_cast<std::int64_t>(units);
  }
  void count(std::string_view, std::uint64_t units, Instant) override { books_.counted += static_cast<std::int64_t>(units); }
  void count_closing(std::string_view channel, Instant at) override {
    Refusal why;
    if (books_.left > 0 && admit(channel, 1, at, why)) ++books_.counted;
  }
  bool open_connection(const NewConnection&, Instant at, meter::Cell&, Refusal& why) override {
    if (books_.open >= books_.open_max) {
      why.quota = Refusal::Quota{Errc::quota_pcu, "pcu", books_.open_max, books_.open, 1, at};
      return false;
    }
    const std::int64_t now_open = ++books_.open;
    std::int64_t peak = books_.peak.load();
    while (peak < now_open && !books_.peak.compare_exchange_weak(peak, now_open)) {
    }
    return true;
  }
  void close_connection(meter::Cell&, Instant) override { --books_.open; }

 private:
  Books& books_;
};

/// Books of all projects; one for all shards.
class BookedTally final : public Tally {
 public:
  void begin_turn(Instant) override {}
  void end_turn() override {}
  std::unique_ptr<ProjectTally> project(const ProjectTerms& terms) override {
    return std::make_unique<BookedProject>(of(terms.id));
  }
  Books& of(ProjectId id) {
    const std::lock_guard guard(mutex_);
    return books_[id.value];
  }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, Books> books_;
};

/// Projects that a test makes and changes.
class TestBook final : public ProjectBook {
 public:
  std::uint64_t version() const override { return version_; }
  std::optional<ProjectTerms> find(ProjectId id) const override {
    const auto found = projects_.find(id.value);
    if (found == projects_.end()) return std::nullopt;
    return found->second;
  }
  void put(ProjectTerms terms) {
    projects_[terms.id.value] = terms;
    ++version_;
  }

 private:
  std::atomic<std::uint64_t> version_{1};
  std::map<std::int64_t, ProjectTerms> projects_;
};

/// Repeatable bytes. Thread: any.
class SeededChance final : public Chance {
 public:
  explicit SeededChance(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override {
    const std::lock_guard guard(mutex_);
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

/// 2026-01-15T10:00Z, in the middle of a month and an hour.
inline constexpr Instant kStart{milliseconds(1768471200000)};

/// Shards, driven by hand. The cell of the meter stays empty.
class Shards {
 public:
  explicit Shards(std::size_t count, Tally* tally = nullptr) : clock(kStart), chance(7), bus(count) {
    for (std::size_t i = 0; i < count; ++i) {
      Tally& money = tally != nullptr ? *tally : books;
      shards.push_back(std::make_unique<Shard>(ShardParts{static_cast<ShardIndex>(i), bus, projects, money, chance}));
    }
  }
  /// With a tally for each shard.
  explicit Shards(const std::vector<Tally*>& tallies) : clock(kStart), chance(7), bus(tallies.size()) {
    for (std::size_t i = 0; i < tallies.size(); ++i) {
      shards.push_back(std::make_unique<Shard>(ShardParts{static_cast<ShardIndex>(i), bus, projects, *tallies[i], chance}));
    }
  }
  Now now() const { return {clock.wall(), clock.steady()}; }
  void turn(std::size_t shard) { shards[shard]->turn(now()); }
  /// Turns of all shards until the longest exchange of mail is over.
  void settle() {
    for (int round = 0; round < 8; ++round) {
      for (std::size_t i = 0; i < shards.size(); ++i) turn(i);
    }
  }
  void advance(milliseconds by) {
    clock.advance(by);
    settle();
  }

  ManualClock clock;
  SeededChance chance;
  TestBook projects;
  BookedTally books;
  bus::LocalBus<Mail> bus;
  std::vector<std::unique_ptr<Shard>> shards;
};

}  // namespace postage::shard::kit
