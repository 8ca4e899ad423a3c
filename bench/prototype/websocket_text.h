#pragma once
// The reference server's WebSocket: handshake, client frames unmasked in place, server frame headers.
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/types.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace prototype {

/// The answer to an upgrade request.
inline std::string accept_reply(std::string_view request) {
  constexpr std::string_view kName = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(kName);
  if (at == std::string_view::npos) return "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  const std::size_t from = at + kName.size();
  std::string key(request.substr(from, request.find('\r', from) - from));
  key += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  unsigned char text[32];
  SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
  EVP_EncodeBlock(text, digest, SHA_DIGEST_LENGTH);
  return std::string(
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: ") +
         reinterpret_cast<const char*>(text) + "\r\n\r\n";
}

/// Writes the header of a text frame of `size` bytes; its length.
inline std::size_t put_header(char* to, std::size_t size) {
  to[0] = static_cast<char>(0x81);
  if (size < 126) {
    to[1] = static_cast<char>(size);
    return 2;
  }
  if (size < 65536) {
    to[1] = 126;
    to[2] = static_cast<char>(size >> 8);
    to[3] = static_cast<char>(size);
    return 4;
  }
  to[1] = 127;
  for (int i = 0; i < 8; ++i) to[2 + i] = static_cast<char>(static_cast<std::uint64_t>(size) >> (56 - 8 * i));
  return 10;
}

/// Appends "M<channel> <payload>" as one text frame.
inline void append_delivery(std::string& out, std::string_view channel, std::string_view payload) {
  char header[10];
  const std::size_t size = 2 + channel.size() + payload.size();
  const std::size_t header_size = put_header(header, size);
  out.reserve(out.size() + header_size + size);
  out.append(header, header_size);
  out.push_back('M');
  out.append(channel);
  out.push_back(' ');
  out.append(payload);
}

inline void unmask(char* data, std::size_t size, std::uint32_t key) {
  const std::uint64_t wide = static_cast<std::uint64_t>(key) << 32 | key;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, data + i, 8);
    word ^= wide;
    std::memcpy(data + i, &word, 8);
  }
  for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ static_cast<char>(key >> (8 * (i & 3))));
}

/// Calls `on(opcode, payload)` for each whole masked frame in [p, p + n); bytes used, or -1 at a broken one.
template <class On>
ssize_t parse(char* p, std::size_t n, On&& on) {
  std::size_t at = 0;
  while (n - at >= 6) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(p[at + i]); };
    if ((byte(1) & 0x80) == 0 || (byte(0) & 0x70) != 0) return -1;
    std::size_t header = 2;
    std::uint64_t size = byte(1) & 127;
    if (size == 126) {
      header = 4;
      if (n - at < 8) break;
      size = static_cast<std::uint64_t>(byte(2)) << 8 | byte(3);
    } else if (size == 127) {
      header = 10;
      if (n - at < 14) break;
      size = 0;
      for (std::size_t i = 2; i < 10; ++i) size = size << 8 | byte(i);
      if (size > (16U << 20)) return -1;
    }
    if (n - at < header + 4 + size) break;
    std::uint32_t key;
    std::memcpy(&key, p + at + header, 4);
    char* data = p + at + header + 4;
    unmask(data, size, key);
    on(byte(0) & 15, std::string_view(data, size));
    at += header + 4 + size;
  }
  return static_cast<ssize_t>(at);
}

}  // namespace prototype
