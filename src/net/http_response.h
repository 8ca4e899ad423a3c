#pragma once
// An HTTP answer as bytes. Thread: any.
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/ports.h"

namespace postage::net {

/// How the answer travels.
struct AnswerShape {
  bool head_only = false;    ///< the request was HEAD: length, no body
  bool keep_alive = true;    ///< the connection stays open
  bool old_version = false;  ///< HTTP/1.0: keeping alive must be said
};

/// Status line, fields, body. A response that would break the framing (a line break in a field, a status outside 200 to
/// 599, Content-Length or Transfer-Encoding of the handler's own) becomes a 500: it is a mistake of ours, and the bytes
/// in it may be an attacker's.
std::string serialise(const Response& response, AnswerShape shape, Instant wall);

/// The standard phrase of a status, or "Status".
std::string_view reason_phrase(int status);

/// True if comma-separated `list` holds `token`, any case.
bool has_token(std::string_view list, std::string_view token);
/// ASCII, any case.
bool equal_any_case(std::string_view a, std::string_view b);

}  // namespace postage::net
