#include "engine/channel/window.h"

#include <algorithm>

#include "base/check.h"

namespace postage::engine {

void Window::keep(const Publication& message, std::uint64_t offset, Instant at_time) {
  if (count_ == 0) first_ = offset;
  CHECK(offset == first_ + count_);
  for (Encoded& encoded : encoded_) encoded = {};
  if (count_ == ring_.size()) grow();
  ++count_;
  Entry& entry = at(count_ - 1);
  entry.at = at_time;
  entry.publisher_size = static_cast<std::uint32_t>(message.publisher.size());
  entry.custom_type_size = static_cast<std::uint16_t>(message.custom_type.size());
  entry.type = message.payload.type;
  entry.bytes.reserve(message.publisher.size() + message.custom_type.size() + message.payload.bytes.size());
  entry.bytes.assign(message.publisher);
  entry.bytes.append(message.custom_type);
  entry.bytes.append(message.payload.bytes);
  bytes_ += entry.bytes.size();
  while (count_ > limits_.messages_max || (count_ > 0 && bytes_ > limits_.bytes_max)) drop_oldest();
  expire(at_time);
}

void Window::expire(Instant now) {
  while (count_ > 0 && oldest_ends_at() <= now) drop_oldest();
  if (count_ == 0 && !ring_.empty()) clear();
}

void Window::clear() {
  std::vector<Entry>().swap(ring_);
  for (Encoded& encoded : encoded_) encoded = {};
  head_ = 0;
  count_ = 0;
  bytes_ = 0;
}

void Window::drop_oldest() {
  Entry& entry = at(0);
  bytes_ -= entry.bytes.size();
  std::string().swap(entry.bytes);
  head_ = (head_ + 1) % ring_.size();
  --count_;
  ++first_;
}

void Window::grow() {
  std::vector<Entry> wider(std::max<std::size_t>(4, ring_.size() * 2));
  for (std::size_t i = 0; i < count_; ++i) wider[i] = std::move(at(i));
  ring_.swap(wider);
  head_ = 0;
}

std::uint64_t Window::units(std::uint64_t from, std::uint64_t to, std::uint64_t unit_bytes) const {
  std::uint64_t sum = 0;
  for (std::uint64_t offset = std::max(from, first_); offset <= to && offset < first_ + count_; ++offset) {
    const Entry& entry = at(offset - first_);
    sum += message_units(entry.bytes.size() - entry.publisher_size - entry.custom_type_size, unit_bytes);
  }
  return sum;
}

void Window::encode(std::string& out, const ChannelName& name, std::uint64_t epoch, Codec codec,
                    std::uint64_t offset) const {
  const Entry& entry = at(offset - first_);
  const std::string_view bytes = entry.bytes;
  wire::MessageEvent event;
  event.channel = name.name;
  event.channel_type = name.type;
  event.publisher = bytes.substr(0, entry.publisher_size);
  event.custom_type = bytes.substr(entry.publisher_size, entry.custom_type_size);
  event.payload = {bytes.substr(entry.publisher_size + entry.custom_type_size), entry.type, true};
  event.epoch = epoch;
  event.offset = offset;
  event.timestamp = entry.at;
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
  const std::uint64_t end = first_ + count_;  // one past the newest kept
  const std::uint64_t kept_from = std::max(after + 1, first_);
  if (count_ == 0 || kept_from > through) {
    found.lost = LostRange{after + 1, through};
    found.from = through + 1;
    return found;
  }
  CHECK(through < end);
  if (kept_from > after + 1) found.lost = LostRange{after + 1, kept_from - 1};
  found.from = kept_from;
  Encoded& shared = encoded_[index_of(codec)];
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
