// Any bytes, in one piece and in small ones, must give the same events and the same verdict, within the limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/frame_reader.h"
#include "net/ports.h"

namespace {
constexpr std::size_t kLimit = 300;

struct Recorder final : postage::net::FrameEvents {
  std::string seen;
  bool on_message_frame(bool text, std::string_view payload) override {
    if (payload.size() > kLimit) std::abort();
    seen.append(text ? "T" : "B").append(payload).append("|");
    return true;
  }
  bool on_ping(std::string_view payload) override {
    if (payload.size() > 125) std::abort();
    seen.append("P").append(payload).append("|");
    return true;
  }
  void on_close_frame(std::uint16_t code, std::string_view reason) override {
    if (code != postage::net::close_code::no_status && !postage::net::close_code_may_be_sent(code)) std::abort();
    seen.append("C").append(std::to_string(code)).append(reason).append("|");
  }
};

std::string run(std::string bytes, std::size_t step) {
  postage::net::FrameReader reader(kLimit);
  Recorder recorder;
  std::uint16_t verdict = 0;
  for (std::size_t at = 0; at < bytes.size() && verdict == 0; at += step) {
    // Each piece in memory of its own, so that reading past its end is seen.
    std::string piece = bytes.substr(at, step);
    verdict = reader.feed(piece.data(), piece.size(), recorder);
  }
  return recorder.seen + std::to_string(verdict);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  // Most random bytes fail at the first frame: set the mask bit and clear the reserved ones there.
  if (size > 2 && (data[size - 1] & 1U) != 0) {
    bytes[0] = static_cast<char>(bytes[0] & 0x8F);
    bytes[1] = static_cast<char>(bytes[1] | 0x80);
  }
  const std::string whole = run(bytes, std::max<std::size_t>(1, bytes.size()));
  if (run(bytes, 1) != whole || run(bytes, 7) != whole) std::abort();
  return 0;
}
