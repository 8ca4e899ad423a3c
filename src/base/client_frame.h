#pragma once
// A client's side of WebSocket frames (RFC 6455, 5.2 and 5.3): masked frames out, heads of a server's frames in. For the
// clients in this repository: the demo's and the probes', those of tests and of load. Pure; thread: any.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/websocket_frame.h"

namespace postage {

/// Appends a whole masked frame. A mask of 0 leaves the payload readable: on loopback there are no proxies to protect.
inline void append_client_frame(std::string& out, std::uint8_t opcode, std::string_view payload, std::uint32_t mask = 0) {
  const std::size_t begin = out.size();
  append_frame_header(out, opcode, payload.size());
  out[begin + 1] = static_cast<char>(out[begin + 1] | 0x80);
  const char key[4] = {static_cast<char>(mask >> 24), static_cast<char>(mask >> 16), static_cast<char>(mask >> 8),
                       static_cast<char>(mask)};
  out.append(key, 4);
  const std::size_t data = out.size();
  out.append(payload);
  if (mask == 0) return;
  for (std::size_t i = 0; i < payload.size(); ++i) out[data + i] = static_cast<char>(out[data + i] ^ key[i % 4]);
}

/// A frame from a server: what its first bytes say.
struct ServerFrame {
  std::uint8_t opcode = 0;
  std::size_t header = 0;  ///< bytes before the payload
  std::uint64_t size = 0;  ///< bytes of the payload
};

/// The frame at the front of `bytes`; none until all of it is there.
inline std::optional<ServerFrame> whole_server_frame(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])); };
  ServerFrame frame{static_cast<std::uint8_t>(byte(0) & 0x0F), 2, byte(1) & 0x7F};
  if (frame.size >= 126) {
    const std::size_t wide = frame.size == 126 ? 2 : 8;
    frame.header += wide;
    if (bytes.size() < frame.header) return std::nullopt;
    frame.size = 0;
    for (std::size_t i = 0; i < wide; ++i) frame.size = frame.size << 8 | byte(2 + i);
  }
  if (bytes.size() - frame.header < frame.size) return std::nullopt;
  return frame;
}

}  // namespace postage
