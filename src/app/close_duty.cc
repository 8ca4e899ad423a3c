#include "app/close_duty.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"

namespace postage::app {
namespace {
constexpr seconds kToldEvery{10};
constexpr seconds kCountedEvery{1};  ///< what is due is counted row by row
}  // namespace

Result<void> CloseDuty::run(Instant now) {
  more_ = false;
  TRY(report, close_.tick(now));
  closed_ += report.closed;
  since_.closed += report.closed;
  since_.failed += report.failed;
  more_ = report.more;
  const bool worked = report.closed + report.failed + report.told > 0;
  if (looked_ && !worked && !closing_) return {};
  looked_ = true;
  if (closing_ && more_ && clock_.steady() < counted_ + kCountedEvery) return {};
  counted_ = clock_.steady();
  return tell_progress(std::exchange(since_, {}), now);
}

Result<void> CloseDuty::tell_progress(const Since& since, Instant now) {
  TRY(status, database_.read([&](db::Connection& connection) { return invoice::close_status(connection, now); }));
  due_ = status.due;
  failed_ = status.failed;
  untold_ = status.untold;
  const Steady steady = clock_.steady();
  if (!closing_ && since.closed + since.failed > 0) {
    closing_ = true;
    began_ = told_ = steady;
    closed_in_all_ = 0;
    log(Level::info, "month close begins", {{"accounts", status.due + since.closed}});
  }
  closed_in_all_ += since.closed;
  const auto fields = [&](const char* event) {
    const auto took = std::chrono::duration_cast<milliseconds>(steady - began_).count();
    log(Level::info, event, {{"closed", closed_in_all_}, {"due", status.due}, {"failed", status.failed},
                             {"untold", status.untold}, {"milliseconds", took}});
  };
  // Accounts that were put off do not keep a close open: each try of theirs is a short one of its own.
  if (closing_ && !more_ && status.due <= status.failed && status.untold == 0) {
    closing_ = false;
    fields("month close ended");
  } else if (closing_ && steady >= told_ + kToldEvery) {
    told_ = steady;
    fields("month close goes on");
  }
  return {};
}

std::string CloseDuty::metrics() const {
  const auto row = [](std::string_view name, std::string_view kind, std::string_view help, std::int64_t value) {
    return fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, kind, help, value);
  };
  return row("postage_month_close_due", "gauge", "Accounts whose month has ended and is not closed.", due_) +
         row("postage_month_close_failed", "gauge", "Of them those that were put off.", failed_) +
         row("postage_month_close_untold", "gauge", "E-mails and plans of closed months that are still to be told.", untold_) +
         row("postage_month_close_closed_total", "counter", "Months closed by this process.", closed_);
}

}  // namespace postage::app
