#pragma once
// The recent messages of a channel, kept so that a client that lost its connection gets exactly what it missed, or is
// told what cannot be brought back. Messages are kept once, as published, and encoded for a codec when someone asks;
// many resumes from the same place (a restarted load balancer) share one encoding.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/limits.h"
#include "base/shared_buffer.h"
#include "engine/channel/message_ring.h"
#include "engine/channel/publication.h"

namespace postage::engine {

/// How much a window keeps; the first bound reached drops the oldest. 0 messages or 0 bytes keep nothing.
struct WindowLimits {
  std::size_t messages_max = limits::recent_window_messages;
  std::size_t bytes_max = limits::recent_window_bytes;  ///< payload, names and types together
  milliseconds age_max = seconds(limits::recent_window_seconds);
  bool operator==(const WindowLimits&) const = default;
};

/// Offsets [from, to] that are lost for a resume.
struct LostRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool operator==(const LostRange&) const = default;
};

/// What a window can bring back. Offsets [from, to] are in `frames`, in order; empty when from > to.
struct Replay {
  std::uint64_t from = 1;
  std::uint64_t to = 0;
  BufferRef frames;  ///< WebSocket frames; none when nothing is brought back
  std::optional<LostRange> lost;
  [[nodiscard]] std::uint64_t messages() const { return to + 1 - from; }
};

/// See the top of the file. An empty window holds no memory. Pure; one thread at a time.
class Window {
 public:
  /// Keeps the message of the next offset, within `limits` at `at`; drops what no longer fits.
  void keep(const Publication& message, std::uint64_t offset, Instant at, const WindowLimits& limits);
  /// Drops everything.
  void clear() { kept_.reset(); }
  /// Drops what is `age_max` old or older at `now`.
  void expire(Instant now, milliseconds age_max);
  [[nodiscard]] bool empty() const { return kept_ == nullptr; }
  /// When the oldest message was published; meaningful while not empty.
  [[nodiscard]] Instant oldest_at() const { return kept_->ring.oldest_at(); }
  [[nodiscard]] std::size_t messages() const { return empty() ? 0 : kept_->ring.count(); }
  [[nodiscard]] std::size_t bytes() const { return empty() ? 0 : kept_->ring.bytes(); }
  /// Adds what keep() will touch next.
  void leave_footprint(Footprint& footprint) const {
    if (kept_) kept_->ring.leave_footprint(footprint);
  }

  /// Message units of the kept offsets in [from, to].
  [[nodiscard]] std::uint64_t units(std::uint64_t from, std::uint64_t to, std::uint64_t unit_bytes) const;
  /// Offsets (after, through], as far as they are kept. `name` and `epoch` are the channel's.
  [[nodiscard]] Replay replay(const ChannelName& name, std::uint64_t epoch, Codec codec, std::uint64_t after,
                              std::uint64_t through);

 private:
  struct Encoded {
    std::uint64_t after = 0;
    std::uint64_t through = 0;
    BufferRef frames;
  };
  // Of a window that is not empty; between two calls its ring is not empty.
  struct Kept {
    MessageRing ring;
    std::uint64_t first = 1;  // offset of the oldest
    std::unique_ptr<std::array<Encoded, kCodecs>> encoded;  // what the last resumes asked for
  };
  void drop_oldest();
  void encode(std::string& out, const ChannelName& name, std::uint64_t epoch, Codec codec, std::uint64_t offset) const;

  std::unique_ptr<Kept> kept_;
};

}  // namespace postage::engine
