#pragma once
// The header of a WebSocket frame that a server sends (RFC 6455 section 5.2), so that encoders can write framed bytes
// without knowing sockets: joining two deliveries is then appending one to the other.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postage {

/// Kinds of frame; the value is the one on the wire.
enum class Opcode : std::uint8_t { continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xA };

/// Longest header that a server writes, bytes.
inline constexpr std::size_t kFrameHeaderBytesMax = 10;

/// Bytes of the header before a payload of `payload_bytes`: 2, 4 or 10.
[[nodiscard]] constexpr std::size_t frame_header_bytes(std::size_t payload_bytes) {
  return payload_bytes < 126 ? 2 : payload_bytes < 65536 ? 4 : 10;
}

/// Appends the header of one unfragmented, unmasked frame of `payload_bytes`. The payload is appended by the caller.
/// Thread: any.
inline void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_bytes) {
  char header[kFrameHeaderBytesMax];
  const std::size_t length = frame_header_bytes(payload_bytes);
  header[0] = static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  if (length == 2) {
    header[1] = static_cast<char>(payload_bytes);
  } else {
    header[1] = static_cast<char>(length == 4 ? 126 : 127);
    for (std::size_t i = 2; i < length; ++i) {
      header[i] = static_cast<char>(static_cast<std::uint64_t>(payload_bytes) >> (8 * (length - 1 - i)));
    }
  }
  out.append(header, length);
}

/// Appends one whole frame.
inline void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  append_frame_header(out, opcode, payload.size());
  out.append(payload);
}

}  // namespace postage
