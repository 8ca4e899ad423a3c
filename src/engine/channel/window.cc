#include "engine/channel/window.h"

#include <algorithm>

#include "base/check.h"

namespace postage::engine {

void Window::keep(const Publication& message, std::uint64_t offset, Instant at_time) {
  if (!kept_) {
    kept_ = std::make_unique<Kept>();
    kept_->first = offset;
  }
  Kept& kept = *kept_;
  CHECK(offset == kept.first + kept.count);
  for (Encoded& encoded : kept.encoded) encoded = {};
  if (kept.count == kept.ring.size()) kept.grow();
  Entry& entry = kept.at(kept.count++);
  entry.at = at_time;
  entry.publisher_size = static_cast<std::uint32_t>(message.publisher.size());
  entry.custom_type_size = static_cast<std::uint16_t>(message.custom_type.size());
  entry.type = message.payload.type;
  entry.bytes.reserve(message.publisher.size() + message.custom_type.size() + message.payload.bytes.size());
  entry.bytes.assign(message.publisher);
  entry.bytes.append(message.custom_type);
  entry.bytes.append(message.payload.bytes);
  kept.bytes += entry.bytes.size();
  while (kept.count > limits_.messages_max || (kept.count > 0 && kept.bytes > limits_.bytes_max)) kept.drop_oldest();
  expire(at_time);
}

void Window::expire(Instant now) {
  if (!kept_) return;
  while (kept_->count > 0 && oldest_ends_at() <= now) kept_->drop_oldest();
  if (kept_->count == 0) clear();
}

void Window::clear() { kept_.reset(); }

void Window::Kept::drop_oldest() {
  Entry& entry = at(0);
  bytes -= entry.bytes.size();
  std::string().swap(entry.bytes);
  head = (head + 1) & (ring.size() - 1);
  --count;
  ++first;
}

void Window::Kept::grow() {
  std::vector<Entry> wider(std::max<std::size_t>(4, ring.size() * 2));
  for (std::size_t i = 0; i < count; ++i) wider[i] = std::move(at(i));
  ring.swap(wider);
  head = 0;
}

std::uint64_t Window::units(std::uint64_t from, std::uint64_t to, std::uint64_t unit_bytes) const {
  std::uint64_t sum = 0;
  if (empty()) return sum;
  const std::uint64_t end = kept_->first + kept_->count;
  for (std::uint64_t offset = std::max(from, kept_->first); offset <= to && offset < end; ++offset) {
    const Entry& entry = at(offset - kept_->first);
    sum += message_units(entry.bytes.size() - entry.publisher_size - entry.custom_type_size, unit_bytes);
  }
  return sum;
}

void Window::encode(std::string& out, const ChannelName& name, std::uint64_t epoch, Codec codec,
                    std::uint64_t offset) const {
  const Entry& entry = at(offset - kept_->first);
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
  const std::uint64_t kept_from = empty() ? through + 1 : std::max(after + 1, kept_->first);
  if (kept_from > through) {
    found.lost = LostRange{after + 1, through};
    found.from = through + 1;
    return found;
  }
  CHECK(through < kept_->first + kept_->count);
  if (kept_from > after + 1) found.lost = LostRange{after + 1, kept_from - 1};
  found.from = kept_from;
  Encoded& shared = kept_->encoded[index_of(codec)];
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
