#pragma once
// The client's side of RFC 6455 for tests: handshake, masked frames out, whole messages in. It checks what a server
// must keep: no mask, no reserved bits, control frames short and whole.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/client_frame.h"
#include "tests/support/stream.h"

namespace postage::testing {

/// One message or control frame from the server. Of a close frame, `payload` is the reason and `close_code` the code.
struct WebSocketMessage {
  std::uint8_t opcode = 0;
  std::string payload;
  std::uint16_t close_code = 0;
};

class WebSocket {
 public:
  /// Connects and upgrades at `path` with `subprotocol` (empty: none is offered; else the server must choose it).
  /// Errors: unavailable; unauthorized with the answer's head when the server refuses the upgrade.
  static Result<std::unique_ptr<WebSocket>> open(const StreamOptions& options, std::string_view path,
                                                 std::string_view subprotocol, milliseconds within);

  Result<void> send(std::uint8_t opcode, std::string_view payload, Steady deadline);
  /// Sends bytes as they are, framed or not.
  Result<void> send_raw(std::string_view bytes, Steady deadline) { return stream_->write(bytes, deadline); }
  /// The next message or close; pings are answered, pongs skipped. Errors: unavailable; protocol_error (the server
  /// broke RFC 6455).
  Result<WebSocketMessage> receive(Steady deadline);
  /// Whether a whole frame has arrived already.
  [[nodiscard]] bool has_frame() const;
  [[nodiscard]] Stream& stream() { return *stream_; }

 private:
  Result<void> upgrade(std::string_view host, std::string_view path, std::string_view subprotocol, Steady deadline);
  Result<WebSocketMessage> next_frame(bool& final, Steady deadline);

  std::unique_ptr<Stream> stream_;
  std::string input_;
  std::size_t at_ = 0;  ///< input_ before this is read
  std::uint32_t masks_ = 0x2545F491;
};

}  // namespace postage::testing
