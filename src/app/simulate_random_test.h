#pragma once
// Random scenarios for the tests of simulate: small enough to be replayed in single steps, and near every edge.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace postage::app {

inline std::string builtin_catalogue_text(const std::string& name) {
  return std::string(*catalog::builtin_text(name));
}

/// Makes scenarios from one stream of chance.
class RandomScenario {
 public:
  using Json = nlohmann::ordered_json;
  explicit RandomScenario(std::mt19937& random) : random_(random) {}

  Json make() {
    Json scenario;
    tiny_ = chance(2);
    const std::string name = pick({"cn26", "cn26-tiers", "cn23", "us23", "us25", "us26"});
    catalogue_ = Json::parse(builtin_catalogue_text(name));
    if (tiny_) shrink();
    scenario["catalogue"] = tiny_ ? catalogue_ : Json(name);
    const int year = 2023 + below(6), month = 1 + below(12);
    const std::chrono::sys_days first = std::chrono::year(year) / month / 1;
    offset_ms_ = catalogue_.at("zone") == "UTC" ? 0 : 8 * 3'600'000LL;
    month_ = first.time_since_epoch().count() * 86'400'000LL - offset_ms_;
    start_ = chance(3) ? moment(month_, 20) : month_;
    const std::int64_t spans[] = {0, 3'600'000, 86'400'000LL * 12, 86'400'000LL * 31, 86'400'000LL * 65};
    until_ = chance(3) ? next_month(start_, 1 + below(2)) : moment(start_, 1) + spans[below(5)];
    scenario["start"] = text(start_);
    scenario["until"] = text(until_);
    scenario["accounts"] = accounts();
    scenario["steps"] = steps();
    return scenario;
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool chance(int one_in) { return below(one_in) == 0; }
  std::string pick(const std::vector<std::string>& words) { return words[static_cast<std::size_t>(below(static_cast<int>(words.size())))]; }
  std::string plan() { return catalogue_.at("plans")[static_cast<std::size_t>(below(static_cast<int>(catalogue_.at("plans").size())))].at("name"); }

  /// Quotas and prices so small that single steps reach them; a random kind for some plans.
  void shrink() {
    catalogue_["name"] = "tiny";
    int size = 1 + below(3);
    catalogue_["rates"] = {{"pcu", pick({"0.2", "1.005", "0.1"})}, {"messages_per_million", pick({"20", "4005", "1234567.89"})},
                           {"storage_gb", pick({"100", "7.5", "0.333"})}};
    for (auto& plan : catalogue_["plans"]) {
      plan["base_fee"] = pick({"0", "0.01", "3.99", "12.50", "100.00"});
      plan["minimum_spend"] = pick({"0", "0", "0", "5.55"});
      plan.erase("daily_messages");
      plan.erase("quota");
      plan["kind"] = chance(4) ? "payg" : chance(2) ? "hard" : "soft";
      if (plan["kind"] == "payg") continue;
      plan["quota"] = {{"pcu", 3 * size}, {"messages", 20 * size}, {"storage_gb", fmt::format("{}.5", size)}};
      if (plan["kind"] == "hard" && chance(2)) plan["daily_messages"] = 10 * size;
      size += below(3);
    }
  }

  /// An instant after `from`: full hours, edges by a millisecond, or anything.
  std::int64_t moment(std::int64_t from, int days) {
    std::int64_t at = from + static_cast<std::int64_t>(random_()) % (days * 86'400'000LL);
    if (chance(2)) at -= at % 3'600'000;
    if (chance(6)) at += below(3) - 1;
    return std::max(at, from);
  }
  std::int64_t next_month(std::int64_t at, int months) const {
    for (; months > 0; --months) {
      const auto day = std::chrono::floor<std::chrono::days>(
          std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(at + offset_ms_)));
      const std::chrono::year_month_day date{day};
      at = std::chrono::sys_days((date.year() / date.month() + std::chrono::months(1)) / 1).time_since_epoch().count() *
               86'400'000LL - offset_ms_;
    }
    return at;
  }
  std::string text(std::int64_t at) {
    const std::int64_t offset = chance(4) ? 0 : chance(4) ? -(3 * 60 + 30) * 60'000LL : offset_ms_;
    const std::int64_t local = at + offset;
    const auto day = std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(local)));
    const std::chrono::year_month_day date{day};
    const std::int64_t in_day = local - day.time_since_epoch().count() * 86'400'000LL;
    const std::int64_t away = std::abs(offset) / 60'000;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), in_day / 3'600'000,
                       in_day / 60'000 % 60, in_day / 1000 % 60, in_day % 1000,
                       offset == 0 && chance(2) ? "Z" : fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', away / 60, away % 60));
  }

  Json accounts() {
    Json rows = Json::array();
    const int count = 1 + below(3);
    for (int i = 0; i < count; ++i) {
      Json row = {{"id", fmt::format("acct{}", i)}, {"plan", plan()}, {"projects", Json::array()}};
      for (int k = below(3) + (i == 0 ? 1 : 0); k > 0; --k) {
        projects_.push_back(fmt::format("p{}", projects_.size()));
        row["projects"].push_back(projects_.back());
      }
      if (chance(2)) {
        row["contract"] = Json::object();
        if (chance(2)) row["contract"]["discount_percent"] = pick({"15", "12.5", "33.333", "0", "100"});
        if (chance(3)) row["contract"]["minimum_spend"] = pick({"0", "20.00", "1500", "7.77"});
      }
      if (chance(2)) row["tax"] = {{"rate_percent", pick({"6", "9", "8.875", "0"})}, {"inclusive", chance(2)}};
      if (chance(4)) row["since"] = text(std::min(until_, moment(start_, 31)));
      rows.push_back(row);
      accounts_.push_back(row.at("id"));
    }
    return rows;
  }

  Json steps() {
    Json rows = Json::array();
    std::int64_t at = start_;
    for (int left = below(30); left > 0; --left) {
      if (!chance(3)) at = chance(8) ? next_month(at, 1) : moment(at, chance(3) ? 10 : 1);
      at = std::min(at, until_);
      Json step = {{"at", text(at)}};
      fill(step);
      rows.push_back(step);
    }
    return rows;
  }

  void fill(Json& step) {
    const int what = below(16);
    if (what < 8) step["project"] = projects_[static_cast<std::size_t>(below(static_cast<int>(projects_.size())))];
    if (what >= 8 && what < 12) {
      step["do"] = "publish";
      step["project"] = projects_[static_cast<std::size_t>(below(static_cast<int>(projects_.size())))];
      step["bytes"] = chance(20) ? (std::int64_t{1} << 60) : below(tiny_ ? 3000 : 40'000);
      step["receivers"] = chance(40) ? (std::int64_t{1} << 61) : below(tiny_ ? 3 : chance(2) ? 100 : 90'000);
      step["times"] = below(12);
    } else if (what < 3) {
      step["do"] = "connect";
      step["count"] = below(tiny_ ? 8 : 60);
    } else if (what < 5) {
      step["do"] = "disconnect";
      step["count"] = below(tiny_ ? 5 : 60);
    } else if (what < 6) {
      step["do"] = "operate";
      step["operation"] = pick({"login", "logout", "subscribe", "leave", "acquire_lock", "remove_state", "revoke_lock"});
      step["times"] = below(15);
    } else if (what < 8) {
      step["do"] = "store";
      step["bytes"] = chance(30) ? INT64_MAX : chance(30) ? (std::int64_t{1} << 62)
                      : static_cast<std::int64_t>(random_() % 1000) * (chance(4) ? 11'000'000'000 : 3'000'000);
    } else if (what < 14) {
      step["do"] = "change_plan";
      step["account"] = pick(accounts_);
      step["plan"] = plan();
    } else if (what < 15) {
      step["do"] = "set_budget";
      step["account"] = pick(accounts_);
      step["amount"] = chance(4) ? Json() : Json(pick({"0", "399.00", "399.01", "420", "1550.55", "12.51", "14.00", "3.99", "60"}));
    } else {
      step["do"] = "wait";
    }
  }

  std::mt19937& random_;
  bool tiny_ = false;
  Json catalogue_;
  std::int64_t offset_ms_ = 0, month_ = 0, start_ = 0, until_ = 0;
  std::vector<std::string> projects_, accounts_;
};

inline nlohmann::ordered_json random_scenario(std::mt19937& random) { return RandomScenario(random).make(); }

}  // namespace postage::app
