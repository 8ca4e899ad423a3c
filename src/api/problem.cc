#include "api/problem.h"

#include <fmt/format.h>

#include <algorithm>
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

void append_quota_facts(Json& out, const QuotaFacts& facts) {
  out["meter"] = facts.meter;
  out["limit"] = facts.limit;
  out["used"] = facts.used;
  out["needed"] = facts.needed;
  if (facts.reset) out["reset"] = instant_text_utc(*facts.reset);
  if (facts.cap_scope.empty()) return;
  out["cap"] = {{"scope", facts.cap_scope}};
  if (!facts.cap_name.empty()) out["cap"][facts.cap_scope == "project" ? "project" : "prefix"] = facts.cap_name;
  if (!facts.cap_amount.empty()) out["cap"]["amount"] = facts.cap_amount;
}

Problem pointed(const Error& error) {
  const std::size_t end = error.detail.find(": ");
  if (end == std::string::npos || end == 0) return Problem(error);
  std::string where = error.detail.substr(0, end);
  if (!where.starts_with('/')) {
    const auto in_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
    if (!std::ranges::all_of(where, in_name)) return Problem(error);
    std::ranges::replace(where, '.', '/');
    where.insert(0, 1, '/');
  }
  return Problem(error.code, error.detail.substr(end + 2), std::move(where));
}

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
  if (problem.quota) append_quota_facts(body, *problem.quota);
  problem.why.append_to(body);
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
