#pragma once
// For tests and benches: the real money side (quota::Gate, the meter's windows and connections) in a scratch folder.
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include "quota/gate.h"
#include "quota/terms.h"
#include "shard/meter_tally.h"

namespace postage::shard::kit {

/// One account's gate on a plan of cn26 (Asia/Shanghai months), counted exactly whatever the plan, and a meter for some
/// shards.
class RealMoney {
 public:
  RealMoney(int shards, const std::string& plan, Instant start, quota::GateUsage usage = {})
      : folder_(std::filesystem::temp_directory_path() /
                ("postage-money-" + std::to_string(::getpid()) + "-" + std::to_string(++made()))),
        gates_([plan, start, usage](AccountId) {
          quota::GateTerms terms;
          terms.catalogue = *catalog::builtin("cn26");
          terms.plan = terms.catalogue->find(plan);
          terms.count_always = true;
          return std::make_shared<quota::Gate>(std::move(terms), start, usage);
        }) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    slots_ = *meter::Slots::open((folder_ / "slots").string());
    windows_ = std::make_unique<meter::Windows>(folder_.string(), 1, shards, *slots_);
    connections_ = *meter::Connections::create(folder_.string(), 1, 16384);
    slots_->on_grow([this](std::uint32_t count) -> Result<void> {
      TRY_VOID(windows_->grow(count));
      return connections_->grow(count);
    });
    CHECK(windows_->prepare(start));
    for (int i = 0; i < shards; ++i) {
      tallies_.push_back(std::make_unique<MeterTally>(windows_->shard(i), *slots_, *connections_, gates_));
    }
  }
  ~RealMoney() {
    tallies_.clear();
    connections_.reset();
    windows_.reset();
    slots_.reset();
    std::filesystem::remove_all(folder_);
  }
  MeterTally& tally(std::size_t shard) { return *tallies_[shard]; }
  std::vector<Tally*> tallies() {
    std::vector<Tally*> all;
    for (auto& t : tallies_) all.push_back(t.get());
    return all;
  }
  quota::Gate& gate() { return *gates_.of(AccountId{1}); }
  /// Units the meter has for a project, all hours.
  std::int64_t units(ProjectId project) {
    std::int64_t sum = 0;
    for (const std::int64_t hour : windows_->hours()) sum += windows_->units(slots_->of(project)->value, hour);
    return sum;
  }
  /// Units of the hour that holds `at`.
  std::int64_t units(ProjectId project, Instant at) { return windows_->units(slots_->of(project)->value, meter::hour_of(at)); }
  /// Where the meter keeps what a cap has seen, and how much that is.
  meter::CapSlot slot(CapId cap) { return *slots_->of(cap); }
  std::int64_t units(CapId cap) {
    std::int64_t sum = 0;
    for (const std::int64_t hour : windows_->hours()) sum += windows_->units(slot(cap).value, hour);
    return sum;
  }
  std::int64_t open(ProjectId project) { return connections_->open_count(*slots_->of(project)); }
  std::int64_t peak(ProjectId project, Instant at) {
    return connections_->peak_of(slots_->of(project)->value, meter::hour_of(at));
  }
  /// Makes the windows of another hour.
  void prepare(Instant at) { CHECK(windows_->prepare(at)); }

 private:
  static int& made() {
    static int count = 0;
    return count;
  }
  std::filesystem::path folder_;
  quota::Gates gates_;
  std::unique_ptr<meter::Slots> slots_;
  std::unique_ptr<meter::Windows> windows_;
  std::unique_ptr<meter::Connections> connections_;
  std::vector<std::unique_ptr<MeterTally>> tallies_;
};

}  // namespace postage::shard::kit
