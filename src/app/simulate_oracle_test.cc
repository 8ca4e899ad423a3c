// A second reading of the rules, naive on purpose: every publish, connection and hourly sample is one step of a loop, every
// amount one formula. Random scenarios must give the same answer here and in simulate(). Nothing of the product's
// arithmetic, gates, subscriptions or printing is used.
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <rapidcheck/gtest.h>
#include <set>

#include "app/simulate.h"
#include "app/simulate_random_test.h"

namespace postage::app {
namespace {
using Json = nlohmann::ordered_json;
using Number = boost::multiprecision::cpp_rational;
using Whole = boost::multiprecision::cpp_int;
const Whole kEnd = (Whole(1) << 63) - 1;

Number decimal(const Json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  Whole scale = 1;
  if (const auto point = text.find('.'); point != std::string::npos) {
    for (std::size_t i = point + 1; i < text.size(); ++i) scale *= 10;
    text.erase(point, 1);
  }
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  return Number(Whole(text), scale);
}

Whole floor_of(const Number& n) {
  Whole q = numerator(n) / denominator(n);
  return q * denominator(n) > numerator(n) ? q - 1 : q;
}
/// n rounded half away from zero to `places`, times 10^places.
Whole half_away(const Number& n, int places) {
  Number scaled = abs(n) * Number(boost::multiprecision::pow(Whole(10), static_cast<unsigned>(places)));
  const Whole up = floor_of(scaled + Number(1, 2));
  return n < 0 ? Whole(-up) : up;
}
Number cents(const Number& n) { return Number(half_away(n, 2), 100); }
std::string fixed(const Number& n, int places) {
  Whole scaled = half_away(n, places);
  std::string sign = scaled < 0 ? "-" : "", digits = Whole(abs(scaled)).str();
  while (digits.size() <= static_cast<std::size_t>(places)) digits = "0" + digits;
  return sign + digits.substr(0, digits.size() - static_cast<std::size_t>(places)) + "." +
         digits.substr(digits.size() - static_cast<std::size_t>(places));
}
std::string plain(const Number& n) {
  std::string text = fixed(n, 10);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

struct OraclePlan {
  std::string name;
  char kind;  // h, s, p
  Number fee, minimum, quota_pcu, quota_messages, quota_gb;
  Whole daily = 0;
};
struct OracleProject {
  std::string name;
  Whole open = 0, peak = 0, units = 0, bytes = 0, byte_hours = 0;
};
struct OracleAccount {
  std::string id;
  std::int64_t since = 0;
  std::vector<OracleProject> projects;
  int plan = 0, pending = -1;
  std::vector<int> plans_of_month;
  Number discount, tax;
  bool has_minimum = false, inclusive = false, has_budget = false;
  Number minimum, budget;
  Whole units_today = 0;
  std::map<std::string, std::set<int>> told;
  Json months = Json::object();

  [[nodiscard]] Whole sum(Whole OracleProject::*member) const {
    Whole total = 0;
    for (const auto& project : projects) total += project.*member;
    return total;
  }
};

class Oracle {
 public:
  explicit Oracle(const Json& scenario) : scenario_(scenario), catalogue_(catalogue_of(scenario)) {
    offset_ = catalogue_.at("zone") == "Asia/Shanghai" ? 8 * 3'600'000LL : 0;
    for (const Json& row : catalogue_.at("plans")) {
      OraclePlan plan{row.at("name"), row.at("kind").get<std::string>()[0], decimal(row.at("base_fee")),
                      decimal(row.at("minimum_spend")), 0, 0, 0, 0};
      if (row.contains("quota")) {
        plan.quota_pcu = decimal(row.at("quota").at("pcu"));
        plan.quota_messages = decimal(row.at("quota").at("messages"));
        plan.quota_gb = decimal(row.at("quota").at("storage_gb"));
      }
      if (row.contains("daily_messages")) plan.daily = Whole(row.at("daily_messages").get<std::int64_t>());
      plans_.push_back(plan);
    }
    rate_pcu_ = decimal(catalogue_.at("rates").at("pcu"));
    rate_message_ = decimal(catalogue_.at("rates").at("messages_per_million")) / 1'000'000;
    rate_gb_ = decimal(catalogue_.at("rates").at("storage_gb"));
    start_ = instant(scenario.at("start"));
    until_ = instant(scenario.at("until"));
    for (const Json& row : scenario.at("accounts")) add_account(row);
  }

  Json run() {
    std::set<std::int64_t> instants{start_, until_};
    for (std::int64_t at = month_start(start_); at <= until_; at += 3'600'000) instants.insert(at);
    std::size_t next = 0;
    const Json& steps = scenario_.at("steps");
    for (const Json& step : steps) instants.insert(instant(step.at("at")));
    for (const std::int64_t at : instants) {
      if (at < start_ || at > until_) continue;
      now_ = at;
      if (at > start_ && at == month_start(at)) close_months();
      if (at == day_start(at)) {
        for (auto& account : accounts_) account.units_today = 0;
      }
      while (next < steps.size() && instant(steps[next].at("at")) == at) step(steps[next++]);
      if (at < until_ && (at - month_start(at)) % 3'600'000 == 0) sample();
    }
    if (until_ != month_start(until_)) {
      for (auto& account : accounts_) {
        if (account.since < until_) write_month(account, until_);
      }
    }
    return print();
  }

 private:
  static Json catalogue_of(const Json& scenario) {
    const Json& given = scenario.at("catalogue");
    return given.is_object() ? given : Json::parse(builtin_catalogue_text(given.get<std::string>()));
  }
  static std::int64_t instant(const Json& value) {
    const auto text = value.get<std::string>();
    const auto number = [&](std::size_t at, std::size_t count) { return std::stoll(text.substr(at, count)); };
    const std::chrono::sys_days day = std::chrono::year(static_cast<int>(number(0, 4))) /
                                      static_cast<int>(number(5, 2)) / static_cast<int>(number(8, 2));
    const std::int64_t local = day.time_since_epoch().count() * 86'400'000LL + number(11, 2) * 3'600'000 +
                               number(14, 2) * 60'000 + number(17, 2) * 1000 + number(20, 3);
    const std::int64_t offset = text[23] == 'Z' ? 0 : (number(24, 2) * 60 + number(27, 2)) * 60'000;
    return local - (text[23] == '-' ? -offset : offset);
  }
  std::chrono::year_month_day date(std::int64_t at) const {
    return std::chrono::year_month_day{
        std::chrono::floor<std::chrono::days>(std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(at + offset_)))};
  }
  std::int64_t at_date(std::chrono::sys_days day) const { return day.time_since_epoch().count() * 86'400'000LL - offset_; }
  std::int64_t month_start(std::int64_t at) const { return at_date(date(at).year() / date(at).month() / 1); }
  std::int64_t day_start(std::int64_t at) const { return at_date(date(at)); }
  std::int64_t month_end(std::int64_t at) const {
    return at_date(std::chrono::sys_days((date(at).year() / date(at).month() + std::chrono::months(1)) / 1));
  }
  std::string month_name(std::int64_t at) const {
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u", static_cast<int>(date(at).year()), static_cast<unsigned>(date(at).month()));
    return text;
  }
  std::string instant_name(std::int64_t at) const {
    const std::int64_t local = at + offset_, in_day = local - (day_start(at) + offset_);
    char text[64];
    std::snprintf(text, sizeof text, "%s-%02uT%02d:%02d:%02d.%03d+%02d:00", month_name(at).c_str(),
                  static_cast<unsigned>(date(at).day()), static_cast<int>(in_day / 3'600'000),
                  static_cast<int>(in_day / 60'000 % 60), static_cast<int>(in_day / 1000 % 60),
                  static_cast<int>(in_day % 1000), static_cast<int>(offset_ / 3'600'000));
    return text;
  }
  int rank(const std::string& name) const {
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (plans_[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }

  void add_account(const Json& row) {
    OracleAccount account;
    account.id = row.at("id");
    account.since = row.contains("since") ? instant(row.at("since")) : start_;
    account.plan = rank(row.at("plan"));
    account.plans_of_month = {account.plan};
    for (const Json& name : row.at("projects")) account.projects.push_back({.name = name});
    if (row.contains("contract")) {
      const Json& contract = row.at("contract");
      if (contract.contains("discount_percent")) account.discount = decimal(contract.at("discount_percent"));
      account.has_minimum = contract.contains("minimum_spend");
      if (account.has_minimum) account.minimum = decimal(contract.at("minimum_spend"));
    }
    if (row.contains("tax")) {
      account.tax = decimal(row.at("tax").at("rate_percent"));
      account.inclusive = row.at("tax").at("inclusive");
    }
    accounts_.push_back(account);
  }

  int rated(const OracleAccount& account) const {
    int best = account.plans_of_month[0];
    for (const int plan : account.plans_of_month) {
      if (plans_[static_cast<std::size_t>(plan)].fee >= plans_[static_cast<std::size_t>(best)].fee) best = plan;
    }
    return best;
  }
  const OraclePlan& in_force(const OracleAccount& account) const { return plans_[static_cast<std::size_t>(account.plan)]; }

  /// The month as it would be rated with these byte-hours; `exact` is the unrounded bill.
  Json bill(const OracleAccount& account, const Whole& byte_hours, Number& exact, Number& total) const {
    const OraclePlan& plan = plans_[static_cast<std::size_t>(rated(account))];
    Json lines = Json::array();
    Number printed = plan.fee;
    exact = plan.fee;
    lines.push_back({{"kind", "base"}, {"amount", fixed(plan.fee, 2)}});
    const auto meter = [&](const char* kind, const Number& used, const Number& quota, const Number& rate) {
      Number over = 0;
      if (plan.kind == 'p') over = used;
      if (plan.kind == 's' && used > quota) over = used - quota;
      exact += over * rate;
      printed += cents(over * rate);
      lines.push_back({{"kind", kind}, {"quantity", plain(used)}, {"included", plain(plan.kind == 'p' ? Number(0) : quota)},
                       {"overage", plain(over)}, {"unit_price", plain(rate)}, {"amount", fixed(over * rate, 2)}});
    };
    meter("pcu", Number(account.sum(&OracleProject::peak)), plan.quota_pcu, rate_pcu_);
    meter("messages", Number(account.sum(&OracleProject::units)), plan.quota_messages, rate_message_);
    meter("storage", gb(byte_hours), plan.quota_gb, rate_gb_);
    const auto extra = [&](const char* kind, const Number& amount) {
      if (amount != 0) lines.push_back({{"kind", kind}, {"amount", fixed(amount, 2)}});
    };
    const Number discount = -cents(printed * account.discount / 100);
    extra("discount", discount);
    printed += discount;
    exact -= exact * account.discount / 100;
    const Number floor = account.has_minimum ? account.minimum : in_force(account).minimum;
    if (printed < floor) {
      extra("minimum", floor - printed);
      printed = floor;
    }
    if (exact < floor) exact = floor;
    if (account.inclusive) {
      const Number tax = cents(printed * account.tax / (100 + account.tax));
      if (tax != 0) lines.push_back({{"kind", "tax"}, {"amount", fixed(tax, 2)}, {"inclusive", true}});
    } else {
      const Number tax = cents(printed * account.tax / 100);
      extra("tax", tax);
      printed += tax;
      exact += exact * account.tax / 100;
    }
    total = printed;
    return lines;
  }
  static Number gb(const Whole& byte_hours) { return Number(byte_hours, (Whole(1) << 30) * 720); }

  /// The bill a budget looks at: nothing more happens, every sample still to come sees today's bytes.
  Number running_bill(const OracleAccount& account) const {
    Whole byte_hours = account.sum(&OracleProject::byte_hours);
    for (std::int64_t at = month_start(now_); at < month_end(now_); at += 3'600'000) {
      if (at >= now_) byte_hours += account.sum(&OracleProject::bytes);
    }
    Number exact, total;
    bill(account, byte_hours, exact, total);
    return std::max(exact, total);
  }
  /// Tries a change; undoes it when it raises the bill above the budget.
  template <class Change>
  bool within_budget(OracleAccount& account, const Change& change) {
    if (!account.has_budget) {
      change(account);
      return true;
    }
    OracleAccount after = account;
    change(after);
    const Number now = running_bill(account), then = running_bill(after);
    if (then > now && then > account.budget) return false;
    account = std::move(after);
    return true;
  }

  std::string publish(OracleAccount& account, std::size_t project, const Whole& cost) {
    const OraclePlan& plan = in_force(account);
    const Whole used = account.sum(&OracleProject::units);
    if (plan.kind == 'h' && Number(used + cost) > plan.quota_messages) return "quota_messages";
    if (plan.kind == 'h' && plan.daily > 0 && account.units_today + cost > plan.daily) return "quota_messages";
    if (used + cost > kEnd) return "limit_messages";
    const bool fits = within_budget(account, [&](OracleAccount& changed) {
      changed.projects[project].units += cost;
      changed.units_today += cost;
    });
    return fits ? "" : "budget";
  }
  std::string connect(OracleAccount& account, std::size_t project) {
    const OraclePlan& plan = in_force(account);
    const Whole open = account.sum(&OracleProject::open);
    if (plan.kind == 'h' && Number(open + 1) > plan.quota_pcu) return "quota_pcu";
    if (open + 1 > kEnd) return "limit_pcu";
    const bool fits = within_budget(account, [&](OracleAccount& changed) {
      OracleProject& row = changed.projects[project];
      row.open += 1;
      if (row.open > row.peak) row.peak = row.open;
    });
    return fits ? "" : "budget";
  }
  std::string store(OracleAccount& account, std::size_t project, const Whole& bytes) {
    OracleProject& row = account.projects[project];
    if (bytes <= row.bytes) {
      row.bytes = bytes;
      return "";
    }
    const OraclePlan& plan = in_force(account);
    const Whole all = account.sum(&OracleProject::bytes) - row.bytes + bytes;
    if (plan.kind == 'h' && Number(all) > plan.quota_gb * Number(Whole(1) << 30)) return "quota_storage";
    if (all > kEnd) return "limit_storage";
    const bool fits = within_budget(account, [&](OracleAccount& changed) { changed.projects[project].bytes = bytes; });
    return fits ? "" : "budget";
  }

  void step(const Json& step) {
    const std::string what = step.at("do");
    std::int64_t admitted = 0, refused = 0;
    std::string error;
    const auto note = [&](const std::string& answer) {
      (answer.empty() ? admitted : refused) += 1;
      if (error.empty()) error = answer;
    };
    OracleAccount* account = nullptr;
    std::size_t project = 0;
    for (auto& row : accounts_) {
      if (step.contains("account") && row.id == step.at("account")) account = &row;
      for (std::size_t i = 0; i < row.projects.size(); ++i) {
        if (step.contains("project") && row.projects[i].name == step.at("project")) account = &row, project = i;
      }
    }
    const std::int64_t times = step.contains("times") ? step.at("times").get<std::int64_t>()
                                                      : step.value("count", std::int64_t{1});
    if (what == "wait") {
      note("");
    } else if (now_ < account->since) {
      refused = times;
      if (times > 0) error = "no_account";
    } else if (what == "connect") {
      for (std::int64_t i = 0; i < times; ++i) note(connect(*account, project));
    } else if (what == "disconnect") {
      for (std::int64_t i = 0; i < times; ++i) {
        const bool open = account->projects[project].open > 0;
        if (open) account->projects[project].open -= 1;
        note(open ? "" : "not_connected");
      }
    } else if (what == "publish") {
      const Whole bytes(step.at("bytes").get<std::int64_t>());
      const Whole units = bytes == 0 ? Whole(1) : Whole((bytes + 1023) / 1024);
      for (std::int64_t i = 0; i < times; ++i) {
        note(publish(*account, project, units * (1 + Whole(step.value("receivers", std::int64_t{0})))));
      }
    } else if (what == "operate") {
      static const std::set<std::string> kClosing = {"logout", "renew_token", "unsubscribe", "leave", "leave_topic",
          "unsubscribe_topic", "remove_state", "remove_metadata", "release_lock", "remove_lock"};
      const bool closing = kClosing.contains(step.at("operation").get<std::string>());
      for (std::int64_t i = 0; i < times; ++i) {
        const std::string answer = publish(*account, project, 1);
        note(closing ? "" : answer);
      }
    } else if (what == "store") {
      note(store(*account, project, Whole(step.at("bytes").get<std::int64_t>())));
    } else if (what == "set_budget") {
      account->has_budget = !step.at("amount").is_null();
      if (account->has_budget) account->budget = decimal(step.at("amount"));
      note("");
    } else if (what == "change_plan") {
      const int wanted = rank(step.at("plan"));
      account->pending = wanted < account->plan ? wanted : -1;
      if (wanted > account->plan) {
        account->plan = wanted;
        account->plans_of_month.push_back(wanted);
        account->told.clear();
      }
      note("");
    }
    Json answer = {{"admitted", admitted}, {"refused", refused}};
    if (!error.empty()) answer["error"] = error;
    answers_.push_back(answer);
    if (account != nullptr && now_ >= account->since) tell(*account, false);
  }

  /// Tells what was reached and not told yet; the storage of a soft plan only where samples change it, or afresh.
  void tell(OracleAccount& account, bool sampled) {
    const OraclePlan& plan = in_force(account);
    if (plan.kind == 'p') return;
    const bool hard = plan.kind == 'h';
    for (const int percent : {50, 80, 95, 100}) {
      const auto reach = [&](const char* meter, const Number& value, const Number& quota) {
        if (value * 100 < quota * percent || !account.told[meter].insert(percent).second) return;
        notices_.push_back({{"at", instant_name(now_)}, {"account", account.id}, {"meter", meter}, {"threshold_percent", percent}});
      };
      if (!sampled) {
        reach("pcu", Number(account.sum(hard ? &OracleProject::open : &OracleProject::peak)), plan.quota_pcu);
        reach("messages", Number(account.sum(&OracleProject::units)), plan.quota_messages);
      }
      reach("storage", hard ? Number(account.sum(&OracleProject::bytes), Whole(1) << 30)
                            : gb(account.sum(&OracleProject::byte_hours)), plan.quota_gb);
    }
  }

  void sample() {
    for (auto& account : accounts_) {
      if (now_ < account.since) continue;
      for (auto& project : account.projects) project.byte_hours += project.bytes;
      if (in_force(account).kind == 's') tell(account, true);
    }
  }

  void write_month(OracleAccount& account, std::int64_t until) const {
    Json projects = Json::object();
    for (const auto& row : account.projects) {
      projects[row.name] = {{"pcu", row.peak.str()}, {"messages", row.units.str()}, {"storage_gb", plain(gb(row.byte_hours))}};
    }
    account.months[month_name(until - 1)] = {{"pcu", account.sum(&OracleProject::peak).str()},
                                             {"messages", account.sum(&OracleProject::units).str()},
                                             {"storage_gb", plain(gb(account.sum(&OracleProject::byte_hours)))},
                                             {"projects", projects}};
  }

  void close_months() {
    for (auto& account : accounts_) {
      if (account.since >= now_) continue;
      Number exact, total;
      const Json lines = bill(account, account.sum(&OracleProject::byte_hours), exact, total);
      invoices_.push_back({{"account", account.id}, {"month", month_name(now_ - 1)},
                           {"plan", plans_[static_cast<std::size_t>(rated(account))].name},
                           {"catalogue", catalogue_.at("name")}, {"currency", catalogue_.at("currency")},
                           {"lines", lines}, {"total", fixed(total, 2)}});
      write_month(account, now_);
      if (account.pending >= 0) account.plan = account.pending;
      account.pending = -1;
      account.plans_of_month = {account.plan};
      account.told.clear();
      for (auto& project : account.projects) {
        project.peak = project.open;
        project.units = 0;
        project.byte_hours = 0;
      }
      tell(account, false);
    }
  }

  Json print() const {
    Json usage = Json::object();
    for (const auto& account : accounts_) usage[account.id] = account.months;
    return {{"invoices", invoices_}, {"steps", answers_}, {"notices", notices_}, {"usage", usage}};
  }

  const Json& scenario_;
  Json catalogue_;
  std::int64_t offset_ = 0, start_ = 0, until_ = 0, now_ = 0;
  std::vector<OraclePlan> plans_;
  Number rate_pcu_, rate_message_, rate_gb_;
  std::vector<OracleAccount> accounts_;
  Json invoices_ = Json::array(), answers_ = Json::array(), notices_ = Json::array();
};

RC_GTEST_PROP(SimulateOracle, GivesTheSameAnswerToRandomScenarios, (std::uint32_t seed)) {
  std::mt19937 random(seed);
  for (int i = 0; i < 3; ++i) {
    const Json scenario = random_scenario(random);
    const auto answer = simulate(scenario.dump());
    if (!answer) RC_FAIL("refused: " + answer.error().detail + "\n" + scenario.dump(1));
    const Json ours = Json::parse(*answer), theirs = Oracle(scenario).run();
    for (const char* part : {"steps", "notices", "invoices", "usage"}) {
      if (ours.at(part).dump() != theirs.at(part).dump()) {
        RC_FAIL(std::string(part) + " differ\nscenario " + scenario.dump(1) + "\nours " + ours.at(part).dump(1) + "\noracle " +
                theirs.at(part).dump(1));
      }
    }
  }
}

}  // namespace
}  // namespace postage::app
