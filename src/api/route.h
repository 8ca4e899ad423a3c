#pragma once
// A REST resource is a file with a table of rows; a row is all that the router, the permission check and the OpenAPI
// document know about a route. Handlers hold no rule: decode, call a room, encode.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "api/decode.h"
#include "api/message.h"
#include "api/problem.h"
#include "auth/roles.h"
#include "base/clock.h"

namespace postage::api {

struct Services;
using Json = nlohmann::ordered_json;

/// A good answer.
struct Reply {
  int status = 200;
  Json body;                 ///< sent as application/json unless `text` is set or the status is 204
  std::string text;          ///< another body, of `content_type`
  std::string content_type;  ///< empty: application/json
  std::vector<Header> headers;
};

/// The handler took Call::finish and answers later, from any thread.
struct Later {};

/// What a handler returns. Errors of rooms convert, so TRY works in handlers.
class Outcome {
 public:
  Outcome(Reply reply) : state_(std::move(reply)) {}                       // NOLINT(google-explicit-constructor)
  Outcome(Json body) : state_(Reply{200, std::move(body), {}, {}, {}}) {}  // NOLINT(google-explicit-constructor)
  Outcome(Problem problem) : state_(std::move(problem)) {}                 // NOLINT(google-explicit-constructor)
  Outcome(Error error) : state_(Problem(std::move(error))) {}              // NOLINT(google-explicit-constructor)
  Outcome(Errc code) : state_(Problem(code)) {}                            // NOLINT(google-explicit-constructor)
  Outcome(Later later) : state_(later) {}                                  // NOLINT(google-explicit-constructor)
  [[nodiscard]] const Reply* reply() const { return std::get_if<Reply>(&state_); }
  [[nodiscard]] const Problem* problem() const { return std::get_if<Problem>(&state_); }
  [[nodiscard]] bool later() const { return std::holds_alternative<Later>(state_); }

 private:
  std::variant<Reply, Problem, Later> state_;
};

/// One request on its way through a handler. Lives until the handler returns; `finish` may outlive it.
struct Call {
  const Request& request;
  const Services& services;
  Instant now;
  auth::Principal who;  ///< of a route that needs nobody: empty
  std::string request_id;
  std::map<std::string, std::string, std::less<>> path;  ///< decoded path parameters by name
  Query query;
  AccountId account;  ///< the tenant the path names, directly or by its project; checked, 0 when it names none
  ProjectId project;  ///< checked to belong to `account`; 0 when the path names none
  std::function<void(Outcome)> finish;  ///< for handlers that return Later; call once, any thread

  [[nodiscard]] const std::string& param(std::string_view name) const;
};

enum class Method : std::uint8_t { get, post, put, patch, del };
[[nodiscard]] std::string_view method_name(Method method);

/// A query parameter or header of a route, for the OpenAPI document; handlers read them by name.
struct Parameter {
  std::string_view name;
  std::string_view schema;  ///< JSON text of its schema
  std::string_view text;
  bool header = false;
};

/// Who may use a route: nobody in particular, anybody with credentials, or who has a permission in the account that the
/// path names (over all accounts, when it names none).
struct Need {
  enum class Kind : std::uint8_t { nobody, anybody, permission };
  Kind kind = Kind::permission;
  auth::Permission permission = auth::Permission::operator_write;
  constexpr Need(auth::Permission p) : permission(p) {}  // NOLINT(google-explicit-constructor): rows read better
  constexpr explicit Need(Kind k) : kind(k) {}
};
inline constexpr Need kNobody{Need::Kind::nobody};
inline constexpr Need kAnybody{Need::Kind::anybody};

/// One row.
struct Route {
  Method method = Method::get;
  std::string_view path;  ///< after /v1: "/accounts/{account}/keys/{key}"; a last segment may end in ":verb"
  std::string_view id;    ///< operationId, unique
  std::string_view summary;
  Need need = kAnybody;
  Outcome (*handle)(Call&) = nullptr;
  std::string_view body;    ///< name of the request's schema, or empty
  std::string_view answer;  ///< name of the answer's schema, or empty
  int status = 200;         ///< of success
  bool once = false;        ///< takes an Idempotency-Key
  std::span<const Parameter> query = {};
  std::string_view also = {};  ///< another media type of the answer, such as text/csv
};

/// A named schema of the OpenAPI document: JSON text.
struct Schema {
  std::string_view name;
  std::string_view json;
};

/// All rows, resource by resource, in the order of the document.
[[nodiscard]] std::span<const Route> all_routes();
/// Those of catalogues, what-if and plans (schemas_catalogue.cc).
[[nodiscard]] std::span<const Schema> catalogue_schemas();
/// All schemas, sorted by name.
[[nodiscard]] std::span<const Schema> all_schemas();

/// Names of the pages of a list: `limit` (1 to 200, 50 unless told) and `cursor` (opaque).
extern const Parameter kLimitParameter;
extern const Parameter kCursorParameter;

}  // namespace postage::api
