#include "engine/channel/window.h"

#include <algorithm>

#include "base/check.h"

namespace postage::engine {

void Window::keep(const Publication& message, std::uint64_t offset, Instant at, const WindowLimits& limits) {
  const std::size_t size = message.publisher.size() + message.custom_type.size() + message.payload.bytes.size();
  if (limits.messages_max == 0 || size > limits.bytes_max || limits.age_max.count() <= 0) {
    clear();
    return;
  }
  if (!kept_) {
    kept_ = std::make_unique<Kept>();
    kept_->first = offset;
  }
  Kept& kept = *kept_;
  MessageRing& ring = kept.ring;
  CHECK(offset == kept.first + ring.count());
  if (kept.encoded) kept.encoded.reset();
  // First what must go, so that memory never grows for it.
  while (ring.count() > 0 && (ring.count() >= limits.messages_max || ring.bytes() + size > limits.bytes_max ||
                              ring.oldest_at() + limits.age_max <= at)) {
    drop_oldest();
  }
  ring.push(message, at);
}

void Window::drop_oldest() {
  kept_->ring.pop();
  ++kept_->first;
}

void Window::expire(Instant now, milliseconds age_max) {
  if (!kept_) return;
  while (kept_->ring.count() > 0 && kept_->ring.oldest_at() + age_max <= now) drop_oldest();
  if (kept_->ring.count() == 0) clear();
}

std::uint64_t Window::units(std::uint64_t from, std::uint64_t to, std::uint64_t unit_bytes) const {
  std::uint64_t sum = 0;
  if (empty()) return sum;
  const std::uint64_t end = kept_->first + kept_->ring.count();
  for (std::uint64_t offset = std::max(from, kept_->first); offset <= to && offset < end; ++offset) {
    sum += message_units(kept_->ring.payload_bytes(offset - kept_->first), unit_bytes);
  }
  return sum;
}

void Window::encode(std::string& out, const ChannelName& name, std::uint64_t epoch, Codec codec,
                    std::uint64_t offset) const {
  std::string whole;
  const MessageRing::Message kept = kept_->ring.at(offset - kept_->first, whole);
  wire::MessageEvent event;
  event.channel = name.name;
  event.channel_type = name.type;
  event.publisher = kept.publication.publisher;
  event.custom_type = kept.publication.custom_type;
  event.payload = kept.publication.payload;
  event.epoch = epoch;
  event.offset = offset;
  event.timestamp = kept.at;
  wire::append_message(out, codec, event);
}

Replay Window::replay(const ChannelName& name, std::uint64_t epoch, Codec codec, std::uint64_t after,
                      std::uint64_t through) {
  Replay found;
  found.from = after + 1;
  found.to = through;
  if (after >= through) {
    found.from = through + 1;
    return found;
  }
  const std::uint64_t kept_from = empty() ? through + 1 : std::max(after + 1, kept_->first);
  if (kept_from > through) {
    found.lost = LostRange{after + 1, through};
    found.from = through + 1;
    return found;
  }
  CHECK(through < kept_->first + kept_->ring.count());
  if (kept_from > after + 1) found.lost = LostRange{after + 1, kept_from - 1};
  found.from = kept_from;
  if (!kept_->encoded) kept_->encoded = std::make_unique<std::array<Encoded, kCodecs>>();
  Encoded& shared = (*kept_->encoded)[index_of(codec)];
  if (!shared.frames || shared.after != kept_from - 1 || shared.through != through) {
    shared = {kept_from - 1, through, BufferRef::make()};
    for (std::uint64_t offset = kept_from; offset <= through; ++offset) {
      encode(shared.frames.unshared(), name, epoch, codec, offset);
    }
  }
  found.frames = shared.frames;
  return found;
}

}  // namespace postage::engine
