#include "api/problem.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/zone.h"

namespace postage::api {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::int64_t kRetrySecondsDefault = 1;

std::string type_of(const ErrorRow& row) {
  return row.code == Errc::internal ? "about:blank" : fmt::format("/docs/errors#{}", row.name);
}

}  // namespace

Response render(const Problem& problem, std::string_view request_id) {
  const ErrorRow& row = error_row(problem.error.code);
  const int status = row.http < 400 ? 500 : row.http;
  const bool secret = status == 500 || problem.error.detail.empty();
  Json body = {{"type", type_of(row)},
               {"title", std::string(row.text)},
               {"status", status},
               {"detail", secret ? std::string(row.text) : problem.error.detail},
               {"code", static_cast<std::int32_t>(row.code)},
               {"name", std::string(row.name)},
               {"retry", std::string(retry_name(row.retry))}};
  if (!problem.pointer.empty()) body["pointer"] = problem.pointer;
  if (problem.quota) {
    body["meter"] = problem.quota->meter;
    body["limit"] = problem.quota->limit;
    body["used"] = problem.quota->used;
    body["needed"] = problem.quota->needed;
    if (problem.quota->reset) body["reset"] = instant_text_utc(*problem.quota->reset);
  }
  if (!request_id.empty()) body["request_id"] = std::string(request_id);
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/problem+json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  if (status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"postage\""});
  if (problem.retry_after_seconds || status == 429 || status == 503) {
    response.headers.push_back(
        {"Retry-After", std::to_string(problem.retry_after_seconds.value_or(kRetrySecondsDefault))});
  }
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

}  // namespace postage::api
