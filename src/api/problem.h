#pragma once
// What a refused request is told: RFC 9457 problem+json. One shape for every error class, made from the rows of
// spec/errors.def, with the facts that help the caller: which member was wrong, which quota, when to try again.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>

#include "api/message.h"
#include "api/reason.h"
#include "base/clock.h"
#include "base/error.h"

namespace postage::api {

/// The numbers behind a quota or budget refusal, as plain decimal strings in the meter's unit.
struct QuotaFacts {
  std::string meter;  ///< pcu, messages, storage or money
  std::string limit;
  std::string used;
  std::string needed;
  std::optional<Instant> reset;  ///< when the quota is full again: the month's end
  std::string cap_scope{};       ///< budget: "account", "project" or "channels"
  std::string cap_name{};        ///< project: its id; channels: the prefix
  std::string cap_amount{};      ///< a cap in money, as it was set
  bool operator==(const QuotaFacts&) const = default;
};

/// `{"meter","limit","used","needed","reset","cap"?}` into a JSON object.
void append_quota_facts(nlohmann::ordered_json& out, const QuotaFacts& facts);

/// An Error with what only the REST surface tells. A plain Error converts.
struct Problem {
  Error error;
  std::string pointer;              ///< JSON pointer of the wrong member, or "?name" of a query parameter
  std::optional<QuotaFacts> quota;  ///< for the quota_*, limit_* and budget rows
  std::optional<std::int64_t> retry_after_seconds;  ///< sent as Retry-After
  Why why;                                          ///< what the row leaves open, for pages of any language

  Problem(Errc code) : error(code) {}        // NOLINT(google-explicit-constructor)
  Problem(Error e) : error(std::move(e)) {}  // NOLINT(google-explicit-constructor)
  Problem(Errc code, std::string detail, std::string where = {}, Why reason = {})
      : error(code, std::move(detail)), pointer(std::move(where)), why(std::move(reason)) {}
};

/// Errors of other rooms may begin with the JSON pointer of what is wrong, "/from: lies before ...", or with the member's
/// name, "amount: must be above 0": told as the pointer.
[[nodiscard]] Problem pointed(const Error& error);

/// The answer for `problem`: status of its row, members {type, title, status, detail, code, name, retry} and, where
/// known, pointer, meter, limit, used, needed, reset, reason with its figures, request_id. Headers WWW-Authenticate (401),
/// Retry-After (429, 503). Details of rows with status 500 stay in the log: the client gets the row's text. Thread: any.
[[nodiscard]] Response render(const Problem& problem, std::string_view request_id);

}  // namespace postage::api
