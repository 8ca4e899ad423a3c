#include "invoice/close_inputs.h"

#include "base/log.h"
#include "invoice/batch.h"
#include "meter/usage_batch.h"

namespace postage::invoice {

std::vector<Result<Terms>> CloseInputs::terms(std::span<const DueMonth> batch) const {
  std::vector<AccountAt> asked;
  asked.reserve(batch.size());
  for (const DueMonth& each : batch) asked.push_back({each.account, each.period.end - milliseconds(1)});
  if (ports_.catalogues) {
    auto all = ports_.database.read([&](db::Connection& c) { return terms_of(c, *ports_.catalogues, asked); });
    if (all) return std::move(*all);
  }
  std::vector<Result<Terms>> single;
  single.reserve(batch.size());
  for (const AccountAt& each : asked) single.push_back(ports_.history.terms(each.account, each.at));
  return single;
}

std::vector<Result<meter::MonthUsage>> CloseInputs::usage(std::span<const DueMonth> batch) const {
  std::vector<Result<meter::MonthUsage>> found;
  found.reserve(batch.size());
  // Months of one zone are neighbours in a batch and share their range.
  for (std::size_t from = 0; from < batch.size();) {
    std::vector<meter::AccountProjects> asked;
    const InstantRange range = batch[from].period;
    for (std::size_t i = from; i < batch.size() && batch[i].period == range; ++i) {
      asked.push_back({batch[i].account, ports_.accounts.projects(batch[i].account)});
    }
    from += asked.size();
    auto all = meter::months(ports_.usage, asked, range);
    if (all) {
      CHECK(all->size() == asked.size());
      for (meter::MonthUsage& each : *all) found.emplace_back(std::move(each));
      continue;
    }
    for (const meter::AccountProjects& each : asked) {
      found.push_back(ports_.usage.month(each.account, each.projects, range));
    }
  }
  return found;
}

Result<RatedMonth> CloseInputs::rate_one(const DueMonth& due, Result<Terms> terms,
                                         Result<meter::MonthUsage> usage) const {
  auto facts = ports_.accounts.account(due.account);
  if (!facts) return Error(Errc::no_account, "the directory has no account " + std::to_string(due.account.value));
  if (!terms) return terms.error();
  if (terms->subscription.month() != due.month) {
    return Error(Errc::corrupt_record, "month close: the catalogue's zone has changed under the account");
  }
  if (!usage) return usage.error();
  TRY(sla, sla_of(ports_.uptime, *facts, *terms));
  return rate_month(std::move(*facts), std::move(*terms), std::move(*usage), due.period.end - milliseconds(1),
                    std::move(sla));
}

RatedBatch CloseInputs::rate(std::span<const DueMonth> batch) const {
  std::vector<Result<Terms>> terms = this->terms(batch);
  std::vector<Result<meter::MonthUsage>> usage = this->usage(batch);
  RatedBatch done;
  done.rated.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto month = rate_one(batch[i], std::move(terms[i]), std::move(usage[i]));
    if (month) {
      done.rated.push_back(std::move(*month));
      continue;
    }
    const std::string reason = month.error().to_string();
    log(Level::error, "month_close_put_off",
        {{"account", batch[i].account.value}, {"month", batch[i].month.text()}, {"error", reason}});
    done.failed.push_back({batch[i], reason});
  }
  return done;
}

}  // namespace postage::invoice
