#include "app/cap_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/zone.h"
#include "invoice/cap_state.h"

namespace postage::app {
namespace {
constexpr std::size_t kAccountsPerTick = 100;
constexpr std::size_t kToldMax = 100'000;
constexpr int kPercents[] = {50, 80, 95, 100};

bool chinese(const invoice::AccountFacts& account) { return account.locale.starts_with("zh"); }

std::string label_of(const invoice::Cap& cap, bool zh) {
  switch (cap.scope) {
    case invoice::CapScope::account:
      return zh ? "整个账号的消息数" : "the message units of the account";
    case invoice::CapScope::project:
      return zh ? fmt::format("项目 {}", cap.project.value) : fmt::format("project {}", cap.project.value);
    case invoice::CapScope::channels:
      break;
  }
  return zh ? fmt::format("项目 {} 中名称以“{}”开头的频道", cap.project.value, cap.prefix)
            : fmt::format("channels of project {} whose names begin with \"{}\"", cap.project.value, cap.prefix);
}

notify::GenericFacts letter_of(const invoice::AccountFacts& account, const std::string& label, int percent,
                               const std::string& used, const std::string& limit, const std::string& unit,
                               const invoice::RatedMonth& bill) {
  const bool zh = chinese(account);
  const std::string reset = instant_text(bill.period.end, bill.input.catalogue->zone);
  notify::GenericFacts facts;
  facts.locale = account.locale;
  facts.account = account.name;
  facts.subject = zh ? fmt::format("{}：您设置的上限已使用 {} %", account.name, percent)
                     : fmt::format("{}: {} % of your own cap is used", account.name, percent);
  facts.paragraphs.push_back(zh ? fmt::format("上限：{}。{} 月已用 {} {}，上限为 {} {}。", label, bill.month.text(), used, unit,
                                              limit, unit)
                                : fmt::format("Cap: {}. Used in {}: {} {} of {} {}.", label, bill.month.text(), used, unit,
                                              limit, unit));
  if (percent < 100) {
    facts.paragraphs.push_back(zh ? "达到上限后，超出的请求会被拒绝，错误名为 budget。"
                                  : "At the cap, what goes beyond it is refused with the error budget.");
  } else {
    facts.paragraphs.push_back(zh ? fmt::format("超出上限的请求会被拒绝（错误名为 budget），直到 {}，或直到您调高或删除该上限。", reset)
                                  : fmt::format("What goes beyond it is refused with the error budget until {}, or until "
                                                "you raise or remove the cap.",
                                                reset));
  }
  return facts;
}
}  // namespace

Result<void> CapWatch::tick(Instant now) {
  const std::vector<AccountId> capped = ports_.gates.capped();
  Result<void> failed;
  for (std::size_t i = 0; i < std::min(kAccountsPerTick, capped.size()); ++i) {
    const auto account = ports_.accounts.account(capped[next_++ % capped.size()]);
    if (!account) continue;
    if (auto done = look(*account, now); !done) failed = std::move(done);
  }
  return failed;
}

std::vector<CapWatch::Level> CapWatch::levels(const invoice::RatedMonth& bill, Instant now) {
  const bool zh = chinese(bill.facts);
  const std::string currency(bill.bill.currency.code), units = zh ? "条消息" : "message units";
  std::vector<Level> found;
  if (bill.terms.budget) {
    const Rational total = std::max(bill.bill.exact_total, bill.bill.total);
    found.push_back({"budget", zh ? "本月账单预算" : "the budget of the month's bill", total, *bill.terms.budget, currency});
  }
  const std::vector<quota::CapUsage> seen = ports_.gates.cap_usage(bill.facts.id, now);
  for (const invoice::Cap& cap : bill.terms.caps) {
    if (cap.removed) continue;
    const auto row = std::ranges::find(seen, cap.id, &quota::CapUsage::id);
    const invoice::CapState state = invoice::cap_state(cap, bill, row == seen.end() ? 0 : row->units);
    const std::string label = label_of(cap, zh), id = std::to_string(cap.id.value);
    if (cap.units) found.push_back({id + "/units", label, Rational(state.units), Rational(*cap.units), units});
    if (cap.amount) found.push_back({id + "/amount", label, state.amount, *cap.amount, currency});
  }
  return found;
}

Result<void> CapWatch::look(const invoice::AccountFacts& account, Instant now) {
  TRY(bill, ports_.billing.running(account.id, now));
  for (const Level& level : levels(bill, now)) {
    const std::int64_t reached = invoice::percent_used(level.used, level.limit);
    for (const int percent : kPercents) {
      if (reached < percent) break;
      const std::string limit = level.limit.to_plain();
      const std::string key = fmt::format("cap/{}/{}/{}/{}/{}", account.id.value, bill.month.text(), level.name, limit, percent);
      if (told_.contains(key)) continue;
      TRY_VOID(ports_.tell({key, account, letter_of(account, level.label, percent, level.used.to_plain(), limit, level.unit, bill)}));
      if (told_.size() >= kToldMax) told_.clear();  // The outbox still knows what was sent.
      told_.insert(key);
    }
  }
  return {};
}

}  // namespace postage::app
