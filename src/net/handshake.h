#pragma once
// The opening handshake of WebSocket, server side (RFC 6455 section 4.2). Thread: any.
#include <optional>
#include <string>
#include <string_view>

#include "net/ports.h"

namespace postage::net {

/// The request asks for WebSocket (Upgrade names it), well or badly.
bool wants_websocket(const Request& request);
/// None when the handshake is good; else the refusal (400, or 426 with the version we speak).
std::optional<Response> check_handshake(const Request& request, bool old_version);
/// Sec-WebSocket-Accept for a key.
std::string accept_key(std::string_view key);
/// The 101 answer. `subprotocol` may be empty; it must be a token the client offered.
std::string handshake_answer(const Request& request, std::string_view subprotocol);

}  // namespace postage::net
