// How far the month close is, for operators.
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"
#include "invoice/close_status.h"

namespace postage::api {
namespace {

using auth::Permission;

Json instant_or_null(const std::optional<Instant>& at) { return at ? Json(instant_text_utc(*at)) : Json(nullptr); }

Json month_json(const invoice::CloseOfMonth& month) {
  return {{"month", month.month},
          {"ended_at", instant_text_utc(month.ended_at)},
          {"due", std::to_string(month.due)},
          {"closed", std::to_string(month.closed)},
          {"started_at", instant_or_null(month.started_at)},
          {"last_at", instant_or_null(month.last_at)}};
}

Json failure_json(const invoice::CloseFailure& failure) {
  return {{"account", id_text(failure.account)},
          {"month", failure.month},
          {"reason", failure.reason},
          {"tries", std::to_string(failure.tries)},
          {"failed_at", instant_text_utc(failure.failed_at)},
          {"next_try_at", instant_text_utc(failure.next_try_at)}};
}

Outcome show(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  TRY(status, call.services.billing.database().read(
                  [&](db::Connection& connection) { return invoice::close_status(connection, call.now); }));
  Json months = Json::array(), failures = Json::array();
  for (const auto& each : status.months) months.push_back(month_json(each));
  for (const auto& each : status.failures) failures.push_back(failure_json(each));
  return Json{{"state", status.due > status.failed ? "closing" : status.due > 0 ? "waiting" : "idle"},
              {"due", std::to_string(status.due)},
              {"failed", std::to_string(status.failed)},
              {"untold", std::to_string(status.untold)},
              {"accounts_per_second", status.per_second ? Json(std::to_string(*status.per_second)) : Json(nullptr)},
              {"estimated_end", instant_or_null(status.estimated_end)},
              {"months", std::move(months)},
              {"failures", std::move(failures)}};
}

const Route kRoutes[] = {
    {Method::get, "/month-close", "getMonthClose",
     "How far the month close is: accounts due, closed and put off with the reason, rate and estimated end (operators)",
     Permission::account_list, show, "", "MonthClose"},
};

}  // namespace

std::span<const Route> month_close_routes() { return kRoutes; }

}  // namespace postage::api
