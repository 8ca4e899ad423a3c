#include "engine/channel/message_ring.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace postage::engine {
namespace {
constexpr std::uint32_t kRowsMin = 4;
constexpr std::uint32_t kBytesMin = 256;
}  // namespace

void MessageRing::push(const Publication& message, Instant at) {
  CHECK(message.publisher.size() < 1u << 15 && message.custom_type.size() < 1u << 15);
  const std::size_t size = message.publisher.size() + message.custom_type.size() + message.payload.bytes.size();
  if (room_ == 0 || room_ - bytes() < size) grow_bytes(size);
  if (count_ == rows_room_) grow_rows();
  if (count_ == 0) oldest_at_ = at;
  Row& made = row(count_++);
  made.at = at;
  made.begin = end_;
  made.publisher_bytes = static_cast<std::uint16_t>(message.publisher.size());
  made.custom_type_bytes = static_cast<std::uint16_t>(message.custom_type.size() & 0x7FFFu);
  made.binary = message.payload.type == MessageType::binary ? 1 : 0;
  append(message.publisher);
  append(message.custom_type);
  append(message.payload.bytes);
}

void MessageRing::pop() {
  CHECK(count_ > 0);
  begin_ = end_of(0);
  head_ = (head_ + 1) & (rows_room_ - 1);
  --count_;
  if (count_ > 0) oldest_at_ = row(0).at;
}

std::size_t MessageRing::payload_bytes(std::size_t i) const {
  const Row& r = row(i);
  return end_of(i) - r.begin - r.publisher_bytes - r.custom_type_bytes;
}

MessageRing::Message MessageRing::at(std::size_t i, std::string& whole) const {
  const Row& r = row(i);
  const std::uint32_t size = end_of(i) - r.begin;
  const std::uint32_t from = r.begin & (room_ - 1);
  std::string_view bytes(bytes_.get() + from, size);
  if (size > room_ - from) {
    whole.resize(size);
    copy_out(r.begin, whole.data(), size);
    bytes = whole;
  }
  Message found;
  found.at = r.at;
  found.publication.publisher = bytes.substr(0, r.publisher_bytes);
  found.publication.custom_type = bytes.substr(r.publisher_bytes, r.custom_type_bytes);
  const MessageType type = r.binary != 0 ? MessageType::binary : MessageType::string;
  found.publication.payload = {bytes.substr(std::size_t{r.publisher_bytes} + r.custom_type_bytes), type, true};
  return found;
}

void MessageRing::leave_footprint(Footprint& footprint) const {
  footprint.add(this);
  if (count_ == 0) return;
  footprint.add(&row(count_));
  footprint.add(bytes_.get() + (end_ & (room_ - 1)));
}

void MessageRing::append(std::string_view bytes) {
  const std::uint32_t to = end_ & (room_ - 1);
  const std::size_t before_end = std::min<std::size_t>(bytes.size(), room_ - to);
  if (before_end > 0) std::memcpy(bytes_.get() + to, bytes.data(), before_end);
  if (before_end < bytes.size()) std::memcpy(bytes_.get(), bytes.data() + before_end, bytes.size() - before_end);
  end_ += static_cast<std::uint32_t>(bytes.size());
}

void MessageRing::copy_out(std::uint32_t from, char* to, std::size_t size) const {
  const std::uint32_t at = from & (room_ - 1);
  const std::size_t before_end = std::min<std::size_t>(size, room_ - at);
  std::memcpy(to, bytes_.get() + at, before_end);
  if (before_end < size) std::memcpy(to + before_end, bytes_.get(), size - before_end);
}

// A byte's place modulo the new size differs from that modulo the old one, so it is copied by its place without end.
void MessageRing::grow_bytes(std::size_t more) {
  const std::size_t have = bytes();
  CHECK(more <= kBytesMax - have);
  std::uint32_t wider = std::max(kBytesMin, room_);
  while (wider - have < more) wider *= 2;
  std::unique_ptr<char[]> made(new char[wider]);
  if (have > 0) {
    const std::uint32_t to = begin_ & (wider - 1);
    const std::size_t before_end = std::min<std::size_t>(have, wider - to);
    copy_out(begin_, made.get() + to, before_end);
    const std::uint32_t rest = begin_ + static_cast<std::uint32_t>(before_end);
    if (before_end < have) copy_out(rest, made.get(), have - before_end);
  }
  bytes_ = std::move(made);
  room_ = wider;
}

void MessageRing::grow_rows() {
  const std::uint32_t wider = std::max(kRowsMin, rows_room_ * 2);
  std::unique_ptr<Row[]> made(new Row[wider]);
  for (std::uint32_t i = 0; i < count_; ++i) made[i] = row(i);
  rows_ = std::move(made);
  rows_room_ = wider;
  head_ = 0;
}

}  // namespace postage::engine
