#include "app/simulate.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>
#include <optional>
#include <set>
#include <utility>

#include "app/simulate_account.h"
#include "app/simulate_scenario.h"
#include "base/log.h"

namespace postage::app {
namespace {

void append_quoted(std::string& out, std::string_view plain) {
  out += '"';
  out += plain;
  out += '"';
}

/// `"pcu":"300","messages":"24010","storage_gb":"1.76..."`.
void append_quantities(std::string& out, const catalog::Catalogue& catalogue, const rating::Usage& usage) {
  const rating::Quantities billed = rating::quantities(catalogue, usage);
  out += "\"pcu\":";
  append_quoted(out, billed.pcu.to_plain());
  out += ",\"messages\":";
  append_quoted(out, billed.messages.to_plain());
  out += ",\"storage_gb\":";
  append_quoted(out, billed.storage_gb.to_plain());
}

/// One member of an account's usage: `"2026-01":{...}`.
void append_usage(std::string& out, const catalog::Catalogue& catalogue, MonthKey month, const meter::MonthUsage& usage) {
  if (!out.empty()) out += ",\n   ";
  append_quoted(out, month.text());
  out += ":{";
  append_quantities(out, catalogue, rating::usage_of(usage));
  out += ",\"projects\":{";
  bool first = true;
  for (const meter::ProjectUsage& project : usage.projects) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, project.name);
    out += ":{";
    append_quantities(out, catalogue, {project.peak, project.peak, project.units, project.byte_hours(), usage.month_hours()});
    out += '}';
  }
  out += "}}";
}

/// Runs a scenario: moves time from event to event and writes the parts of the answer as they become final.
class Simulation {
 public:
  explicit Simulation(const Scenario& scenario)
      : scenario_(scenario), catalogue_(*scenario.catalogue), month_(month_of(scenario.start, catalogue_.zone)),
        period_(month_range(month_, catalogue_.zone)) {
    std::int64_t project_id = 1;
    for (std::size_t i = 0; i < scenario.accounts.size(); ++i) {
      accounts_.emplace_back(scenario.accounts[i], i, scenario.catalogue, project_id);
      project_id += static_cast<std::int64_t>(scenario.accounts[i].projects.size());
    }
    usage_.resize(accounts_.size());
    expected_.resize(accounts_.size());
  }

  std::string run() {
    for (const ScenarioStep& step : scenario_.steps) {
      advance(step.at);
      answer(run_step(step));
    }
    advance(scenario_.until);
    report_running_month();
    return print();
  }

 private:
  StepAnswer run_step(const ScenarioStep& step) {
    if (step.kind == StepKind::wait) return {1, 0};
    SimAccount& account = accounts_[step.account];
    StepAnswer answer = account.run(step, notices_);
    if (step.kind == StepKind::store || step.kind == StepKind::change_plan) expect(step.account);
    return answer;
  }

  /// Everything that happens before the steps of `to`: samples that reach thresholds, then the ends of months.
  void advance(Instant to) {
    while (true) {
      const Instant stop = std::min(to, period_.end);
      while (!samples_.empty() && samples_.begin()->first < stop) {
        const auto [at, index] = *samples_.begin();
        accounts_[index].sample_notice(at, notices_);
        expect(index);
      }
      if (to < period_.end) return;
      close_month();
    }
  }

  void close_month() {
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
      SimAccount& account = accounts_[i];
      if (account.account().since >= period_.end) continue;
      meter::MonthUsage usage;
      const rating::Bill bill = account.close(usage, notices_);
      append_usage(usage_[i], catalogue_, month_, usage);
      invoices_ += invoices_.empty() ? "\n  " : ",\n  ";
      invoices_ += "{\"account\":";
      append_json_string(invoices_, account.account().id);
      invoices_ += ",\"month\":\"" + month_.text() + "\",";
      rating::append_bill_json(invoices_, bill);
      invoices_ += '}';
      expect(i);
    }
    month_ = month_.next();
    period_ = month_range(month_, catalogue_.zone);
  }

  /// Notes when the account's samples reach their next threshold.
  void expect(std::size_t index) {
    if (expected_[index]) samples_.erase({*expected_[index], index});
    expected_[index] = accounts_[index].next_sample_notice();
    if (expected_[index]) samples_.insert({*expected_[index], index});
  }

  /// The month that `until` cuts, for every account that lived in it.
  void report_running_month() {
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
      const Instant from = std::max(period_.start, accounts_[i].account().since);
      if (from >= scenario_.until) continue;
      append_usage(usage_[i], catalogue_, month_, accounts_[i].usage_until(scenario_.until));
    }
  }

  void answer(const StepAnswer& step) {
    steps_ += steps_.empty() ? "\n  " : ",\n  ";
    steps_ += "{\"admitted\":" + std::to_string(step.admitted) + ",\"refused\":" + std::to_string(step.refused);
    if (step.error != Errc::ok) {
      steps_ += ",\"error\":";
      append_quoted(steps_, error_row(step.error).name);
    }
    steps_ += '}';
  }

  std::string print() const {
    std::string out = "{\n \"invoices\": [" + invoices_ + "],\n \"steps\": [" + steps_ + "],\n \"notices\": [";
    for (std::size_t i = 0; i < notices_.size(); ++i) {
      const Notice& notice = notices_[i];
      out += i == 0 ? "\n  {\"at\":" : ",\n  {\"at\":";
      append_quoted(out, instant_text(notice.at, catalogue_.zone));
      out += ",\"account\":";
      append_json_string(out, scenario_.accounts[notice.account].id);
      out += ",\"meter\":";
      append_quoted(out, quota::meter_name(notice.meter));
      out += ",\"threshold_percent\":" + std::to_string(notice.percent) + "}";
    }
    out += "],\n \"usage\": {";
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
      out += i == 0 ? "\n  " : ",\n  ";
      append_json_string(out, scenario_.accounts[i].id);
      out += ":{" + usage_[i] + "}";
    }
    out += "}\n}\n";
    return out;
  }

  const Scenario& scenario_;
  const catalog::Catalogue& catalogue_;
  MonthKey month_;
  InstantRange period_;  ///< of `month_`
  std::deque<SimAccount> accounts_;
  std::vector<std::optional<Instant>> expected_;
  std::set<std::pair<Instant, std::size_t>> samples_;
  std::vector<Notice> notices_;
  std::string invoices_;
  std::string steps_;
  std::vector<std::string> usage_;
};

/// A complaint as one line, whatever bytes it quotes.
void complain(std::ostream& err, std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  err << "postage simulate: " << text << "\n";
}

Result<std::string> read_all(std::istream& in) {
  std::string text;
  std::vector<char> block(1 << 16);
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kScenarioBytesMax) return Error(Errc::bad_request, "the scenario is larger than 512 MiB");
  }
  if (in.bad()) return Error(Errc::bad_request, "the scenario cannot be read");
  return text;
}
}  // namespace

Result<std::string> simulate(std::string_view scenario) {
  TRY(read, read_scenario(scenario));
  return Simulation(read).run();
}

int run_simulate(const std::vector<std::string>& args, std::istream& in, std::ostream& out, std::ostream& err) {
  if (args.size() == 1 && (args[0] == "--help" || args[0] == "-h")) {
    out << "usage: postage simulate FILE   (- reads standard input)\n"
           "Runs a scenario of accounts and steps and prints invoices, answers, notices and usage as JSON.\n";
    return 0;
  }
  if (args.size() != 1) {
    complain(err, "give one scenario file, or - for standard input");
    return 2;
  }
  std::ifstream file;
  if (args[0] != "-") {
    file.open(args[0], std::ios::binary);
    if (!file) {
      complain(err, "cannot open " + args[0]);
      return 2;
    }
  }
  const auto text = read_all(args[0] == "-" ? in : file);
  const auto answer = text ? simulate(*text) : Result<std::string>(text.error());
  if (!answer) {
    complain(err, answer.error().detail);
    return 2;
  }
  out << *answer;
  return 0;
}

}  // namespace postage::app
