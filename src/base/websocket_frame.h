#pragma once
// The header of a server's WebSocket frame (RFC 6455, 5.2). It lives in base because two rooms that do not know each
// other need it: wire makes complete frames (so that joining frames is appending), net makes control frames.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postage {

/// Opcodes of RFC 6455.
namespace websocket {
inline constexpr std::uint8_t kContinuation = 0x0;
inline constexpr std::uint8_t kText = 0x1;
inline constexpr std::uint8_t kBinary = 0x2;
inline constexpr std::uint8_t kClose = 0x8;
inline constexpr std::uint8_t kPing = 0x9;
inline constexpr std::uint8_t kPong = 0xA;
}  // namespace websocket

/// The longest header a server writes: two bytes and a 64-bit length.
inline constexpr std::size_t kFrameHeaderBytesMax = 10;

/// Writes the header of an unmasked, final frame with `size` payload bytes to `to` (room for kFrameHeaderBytesMax) and
/// returns its length: 2, 4 or 10 bytes.
inline std::size_t write_frame_header(char* to, std::uint8_t opcode, std::size_t size) {
  to[0] = static_cast<char>(0x80 | opcode);
  if (size < 126) {
    to[1] = static_cast<char>(size);
    return 2;
  }
  const int bytes = size < 65536 ? 2 : 8;
  to[1] = static_cast<char>(bytes == 2 ? 126 : 127);
  for (int i = 0; i < bytes; ++i) to[2 + i] = static_cast<char>(size >> (8 * (bytes - 1 - i)));
  return static_cast<std::size_t>(2 + bytes);
}

/// Appends the header of an unmasked, final frame with `size` payload bytes.
inline void append_frame_header(std::string& out, std::uint8_t opcode, std::size_t size) {
  char head[kFrameHeaderBytesMax];
  out.append(head, write_frame_header(head, opcode, size));
}

/// Appends one whole frame.
inline void append_frame(std::string& out, std::uint8_t opcode, std::string_view payload) {
  append_frame_header(out, opcode, payload.size());
  out.append(payload);
}

}  // namespace postage
