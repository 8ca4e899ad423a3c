#pragma once
// The recent messages of a channel, kept so that a client that lost its connection gets exactly what it missed, or is
// told what cannot be brought back. Messages are kept once, as published, and encoded for a codec when someone asks;
// many resumes from the same place (a restarted load balancer) share one encoding.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/shared_buffer.h"
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
  explicit Window(WindowLimits limits) : limits_(limits) {}

  void set_limits(WindowLimits limits) { limits_ = limits; }
  /// Keeps the message of the next offset; drops what is over the bounds at `at`.
  void keep(const Publication& message, std::uint64_t offset, Instant at);
  /// Drops everything.
  void clear();
  /// Drops what is older than the bound at `now`.
  void expire(Instant now);
  [[nodiscard]] bool empty() const { return kept_ == nullptr; }
  /// When the oldest message passes its age; meaningful while not empty.
  [[nodiscard]] Instant oldest_ends_at() const { return at(0).at + limits_.age_max; }
  [[nodiscard]] std::size_t messages() const { return empty() ? 0 : kept_->count; }
  [[nodiscard]] std::size_t bytes() const { return empty() ? 0 : kept_->bytes; }

  /// Message units of the kept offsets in [from, to].
  [[nodiscard]] std::uint64_t units(std::uint64_t from, std::uint64_t to, std::uint64_t unit_bytes) const;
  /// Offsets (after, through], as far as they are kept. `name` and `epoch` are the channel's.
  [[nodiscard]] Replay replay(const ChannelName& name, std::uint64_t epoch, Codec codec, std::uint64_t after,
                              std::uint64_t through);

 private:
  struct Entry {
    Instant at{};
    std::string bytes;  // publisher, custom type, payload, one after another
    std::uint32_t publisher_size = 0;
    std::uint16_t custom_type_size = 0;
    MessageType type = MessageType::string;
  };
  struct Encoded {
    std::uint64_t after = 0;
    std::uint64_t through = 0;
    BufferRef frames;
  };
  // Of a window that is not empty; between two calls `count` is not 0.
  struct Kept {
    [[nodiscard]] Entry& at(std::size_t i) { return ring[(head + i) & (ring.size() - 1)]; }
    void drop_oldest();
    void grow();
    std::vector<Entry> ring;  // a power of two
    std::size_t head = 0;
    std::size_t count = 0;
    std::size_t bytes = 0;
    std::uint64_t first = 1;  // offset of the oldest
    std::array<Encoded, kCodecs> encoded;
  };
  [[nodiscard]] Entry& at(std::size_t i) const { return kept_->at(i); }
  void encode(std::string& out, const ChannelName& name, std::uint64_t epoch, Codec codec, std::uint64_t offset) const;

  WindowLimits limits_;
  std::unique_ptr<Kept> kept_;
};

}  // namespace postage::engine
