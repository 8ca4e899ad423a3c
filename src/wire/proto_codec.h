#pragma once
// The Protobuf wire format made from schema.h's rows: sizes first, then one pass of writing; reading is views into the
// input. Groups, unknown wire types, numbers over kIntegerMax and lengths past the end are refused; unknown fields are
// skipped. Nothing recurses deeper than the schema. Internal to wire.
#include <bit>
#include <cstring>
#include <type_traits>

#include "wire/schema.h"
#include "wire/utf8.h"

namespace postage::wire::proto {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

constexpr std::size_t varint_size(std::uint64_t v) { return (static_cast<std::size_t>(std::bit_width(v | 1)) + 6) / 7; }
inline char* write_varint(char* p, std::uint64_t v) {
  while (v >= 0x80) {
    *p++ = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  *p++ = static_cast<char>(v);
  return p;
}
constexpr std::uint32_t tag_of(std::uint32_t number, WireType type) { return number << 3 | type; }
constexpr std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

/// A bounded cursor over one message.
class Reader {
 public:
  Reader(std::string_view bytes, ReadStatus& status)
      : p_(bytes.data()), end_(bytes.data() + bytes.size()), status_(status) {}
  [[nodiscard]] bool at_end() const { return p_ == end_; }
  [[nodiscard]] ReadStatus& status() { return status_; }

  bool varint(std::uint64_t& v) {
    if (p_ != end_ && static_cast<unsigned char>(*p_) < 0x80) [[likely]] {
      v = static_cast<unsigned char>(*p_++);
      return true;
    }
    return long_varint(v);
  }
  bool bytes(std::string_view& v) {
    std::uint64_t size;
    if (!varint(size)) return false;
    if (size > static_cast<std::uint64_t>(end_ - p_))
      return status_.fail(Errc::protocol_error, "a length past the end");
    v = {p_, static_cast<std::size_t>(size)};
    p_ += size;
    return true;
  }
  bool skip(std::uint32_t type) {
    std::uint64_t number;
    std::string_view text;
    switch (type) {
      case kVarint:
        return varint(number);
      case kBytes:
        return bytes(text);
      case kFixed64:
        return fixed(8);
      case kFixed32:
        return fixed(4);
      default:
        return status_.fail(Errc::protocol_error, "a wire type");
    }
  }
  /// The next tag; false at a broken one.
  bool tag(std::uint32_t& number, std::uint32_t& type) {
    std::uint64_t v;
    if (!varint(v)) return false;
    if (v >> 32 != 0 || v >> 3 == 0) return status_.fail(Errc::protocol_error, "a field number");
    number = static_cast<std::uint32_t>(v >> 3);
    type = static_cast<std::uint32_t>(v & 7);
    return true;
  }

 private:
  bool long_varint(std::uint64_t& v) {
    v = 0;
    for (int shift = 0; shift < 64 && p_ != end_; shift += 7) {
      const std::uint64_t byte = static_cast<unsigned char>(*p_++);
      if (shift == 63 && byte > 1) break;
      v |= (byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return status_.fail(Errc::protocol_error, "a number");
  }
  bool fixed(std::ptrdiff_t size) {
    if (end_ - p_ < size) return status_.fail(Errc::protocol_error, "a fixed field past the end");
    p_ += size;
    return true;
  }
  const char* p_;
  const char* end_;
  ReadStatus& status_;
};

template <Message S>
std::size_t body_size(const S& s);
template <Message S>
char* write_body(char* p, const S& s);
template <Message S>
bool read_body(Reader& reader, S& s);

// ---- one value of each kind: wire type, default, size, write, read
// ------------------------------------------------------

template <class T>
struct Value;

template <class T>
  requires std::is_unsigned_v<T> && (sizeof(T) >= 4)
struct Value<T> {
  static constexpr WireType type = kVarint;
  static bool is_default(T v) { return v == 0; }
  static std::size_t size(T v) { return varint_size(v); }
  static char* write(char* p, T v) { return write_varint(p, v); }
  static bool read(Reader& reader, T& v, Errc, std::string_view name) {
    std::uint64_t wide;
    if (!reader.varint(wide)) return false;
    constexpr std::uint64_t kMax = sizeof(T) == 8 ? kIntegerMax : 0xFFFFFFFFU;
    if (wide > kMax) return reader.status().fail(Errc::protocol_error, name);
    v = static_cast<T>(wide);
    return true;
  }
};
template <>
struct Value<bool> {
  static constexpr WireType type = kVarint;
  static bool is_default(bool v) { return !v; }
  static std::size_t size(bool) { return 1; }
  static char* write(char* p, bool v) {
    *p = v ? 1 : 0;
    return p + 1;
  }
  static bool read(Reader& reader, bool& v, Errc, std::string_view) {
    std::uint64_t wide;
    if (!reader.varint(wide)) return false;
    v = wide != 0;
    return true;
  }
};
template <>
struct Value<Instant> {
  static constexpr WireType type = kVarint;
  static std::uint64_t raw(Instant v) { return static_cast<std::uint64_t>(v.time_since_epoch().count()); }
  static bool is_default(Instant v) { return raw(v) == 0; }
  static std::size_t size(Instant v) { return varint_size(raw(v)); }
  static char* write(char* p, Instant v) { return write_varint(p, raw(v)); }
  static bool read(Reader& reader, Instant& v, Errc, std::string_view name) {
    std::uint64_t wide;
    if (!reader.varint(wide)) return false;
    if (wide > kIntegerMax) return reader.status().fail(Errc::protocol_error, name);
    v = Instant(milliseconds(static_cast<std::int64_t>(wide)));
    return true;
  }
};
template <>
struct Value<ChannelType> {
  static constexpr WireType type = kVarint;
  static bool is_default(ChannelType v) { return v == ChannelType::message; }
  static std::size_t size(ChannelType) { return 1; }
  static char* write(char* p, ChannelType v) {
    *p = static_cast<char>(v);
    return p + 1;
  }
  static bool read(Reader& reader, ChannelType& v, Errc bad, std::string_view name) {
    std::uint64_t wide;
    if (!reader.varint(wide)) return false;
    if (wide > 1) {
      reader.status().complain(bad, name);
    } else {
      v = static_cast<ChannelType>(wide);
    }
    return !reader.status().failed();
  }
};
template <>
struct Value<std::string_view> {
  static constexpr WireType type = kBytes;
  static bool is_default(std::string_view v) { return v.empty(); }
  static std::size_t size(std::string_view v) { return varint_size(v.size()) + v.size(); }
  static char* write(char* p, std::string_view v) {
    p = write_varint(p, v.size());
    if (!v.empty()) std::memcpy(p, v.data(), v.size());
    return p + v.size();
  }
  static bool read(Reader& reader, std::string_view& v, Errc bad, std::string_view name) {
    if (!reader.bytes(v)) return false;
    if (!valid_utf8(v)) reader.status().complain(bad, name);
    return !reader.status().failed();
  }
};
template <>
struct Value<SessionKey> {
  static constexpr WireType type = kBytes;
  static bool is_default(const SessionKey& v) { return v == SessionKey{}; }
  static std::size_t size(const SessionKey& v) { return 1 + v.size(); }
  static char* write(char* p, const SessionKey& v) {
    *p++ = static_cast<char>(v.size());
    std::memcpy(p, v.data(), v.size());
    return p + v.size();
  }
  static bool read(Reader& reader, SessionKey& v, Errc, std::string_view name) {
    std::string_view bytes;
    if (!reader.bytes(bytes)) return false;
    if (bytes.size() != v.size()) return reader.status().fail(Errc::protocol_error, name);
    std::memcpy(v.data(), bytes.data(), v.size());
    return true;
  }
};
template <Message M>
struct Value<M> {
  static constexpr WireType type = kBytes;
  static bool is_default(const M& v) { return body_size(v) == 0; }
  static std::size_t size(const M& v) {
    const std::size_t body = body_size(v);
    return varint_size(body) + body;
  }
  static char* write(char* p, const M& v) { return write_body(write_varint(p, body_size(v)), v); }
  static bool read(Reader& reader, M& v, Errc, std::string_view) {
    std::string_view bytes;
    if (!reader.bytes(bytes)) return false;
    Reader inner(bytes, reader.status());
    return read_body(inner, v);
  }
};

// ---- rows: size, write, read
// --------------------------------------------------------------------------------------------

template <class S, class T>
std::size_t row_size(const Field<S, T>& row, const S& s) {
  const T& v = s.*row.member;
  if (!row.always && Value<T>::is_default(v)) return 0;
  return varint_size(tag_of(row.number, Value<T>::type)) + Value<T>::size(v);
}
template <class S, class T>
char* write_row(const Field<S, T>& row, char* p, const S& s) {
  const T& v = s.*row.member;
  if (!row.always && Value<T>::is_default(v)) return p;
  return Value<T>::write(write_varint(p, tag_of(row.number, Value<T>::type)), v);
}
template <class S, class T>
bool read_row(const Field<S, T>& row, std::uint32_t number, std::uint32_t type, Reader& reader, S& s) {
  if (number != row.number) return false;
  if (type != Value<T>::type) return reader.status().fail(Errc::protocol_error, row.name), true;
  Value<T>::read(reader, s.*row.member, row.bad, row.name);
  return true;
}

template <class S, class M>
std::size_t row_size(const Field<S, std::optional<M>>& row, const S& s) {
  const auto& v = s.*row.member;
  return v ? varint_size(tag_of(row.number, kBytes)) + Value<M>::size(*v) : 0;
}
template <class S, class M>
char* write_row(const Field<S, std::optional<M>>& row, char* p, const S& s) {
  const auto& v = s.*row.member;
  return v ? Value<M>::write(write_varint(p, tag_of(row.number, kBytes)), *v) : p;
}
template <class S, class M>
bool read_row(const Field<S, std::optional<M>>& row, std::uint32_t number, std::uint32_t type, Reader& reader, S& s) {
  if (number != row.number) return false;
  auto& v = s.*row.member;
  if (type != kBytes || v) return reader.status().fail(Errc::protocol_error, row.name), true;
  Value<M>::read(reader, v.emplace(), row.bad, row.name);
  return true;
}

template <class S, class M>
std::size_t row_size(const Field<S, std::span<const M>>& row, const S& s) {
  std::size_t total = 0;
  for (const M& m : s.*row.member) total += varint_size(tag_of(row.number, kBytes)) + Value<M>::size(m);
  return total;
}
template <class S, class M>
char* write_row(const Field<S, std::span<const M>>& row, char* p, const S& s) {
  for (const M& m : s.*row.member) p = Value<M>::write(write_varint(p, tag_of(row.number, kBytes)), m);
  return p;
}
template <class S, class M>
bool read_row(const Field<S, std::span<const M>>& row, std::uint32_t number, std::uint32_t type, Reader& reader, S& s) {
  if (number != row.number) return false;
  std::vector<M>& pool = repeated_pool<M>();
  if ((s.*row.member).empty()) pool.clear();
  if (type != kBytes || pool.size() >= kResumeChannelsMax)
    return reader.status().fail(Errc::protocol_error, row.name), true;
  Value<M>::read(reader, pool.emplace_back(), row.bad, row.name);
  s.*row.member = pool;
  return true;
}

template <class S>
std::size_t row_size(const PayloadField<S>& row, const S& s) {
  const Payload& v = s.*row.member;
  const std::uint32_t number = v.type == MessageType::string ? row.text_number : row.binary_number;
  return v.present ? varint_size(tag_of(number, kBytes)) + Value<std::string_view>::size(v.bytes) : 0;
}
template <class S>
char* write_row(const PayloadField<S>& row, char* p, const S& s) {
  const Payload& v = s.*row.member;
  if (!v.present) return p;
  const std::uint32_t number = v.type == MessageType::string ? row.text_number : row.binary_number;
  return Value<std::string_view>::write(write_varint(p, tag_of(number, kBytes)), v.bytes);
}
template <class S>
bool read_row(const PayloadField<S>& row, std::uint32_t number, std::uint32_t type, Reader& reader, S& s) {
  if (number != row.text_number && number != row.binary_number) return false;
  Payload& v = s.*row.member;
  if (type != kBytes || v.present) return reader.status().fail(Errc::protocol_error, "payload"), true;
  v.present = true;
  v.type = number == row.text_number ? MessageType::string : MessageType::binary;
  if (v.type == MessageType::string) {
    Value<std::string_view>::read(reader, v.bytes, Errc::channel_invalid_message, "payload");
  } else {
    reader.bytes(v.bytes);
  }
  return true;
}

template <class S>
std::size_t row_size(const ErrorField<S>& row, const S& s) {
  const ErrorRow& error = error_row(s.*row.member);
  const std::uint64_t number = zigzag(static_cast<std::int64_t>(error.code));
  return (number == 0 ? 0 : 1 + varint_size(number)) + 1 + Value<std::string_view>::size(error.name) +
         (row.full ? 1 + Value<std::string_view>::size(error.text) : 0);
}
template <class S>
char* write_row(const ErrorField<S>& row, char* p, const S& s) {
  const ErrorRow& error = error_row(s.*row.member);
  const std::uint64_t number = zigzag(static_cast<std::int64_t>(error.code));
  if (number != 0) p = write_varint(write_varint(p, tag_of(1, kVarint)), number);
  p = Value<std::string_view>::write(write_varint(p, tag_of(2, kBytes)), error.name);
  return row.full ? Value<std::string_view>::write(write_varint(p, tag_of(3, kBytes)), error.text) : p;
}
template <class S>
bool read_row(const ErrorField<S>& row, std::uint32_t number, std::uint32_t type, Reader& reader, S& s) {
  if (number != 1) return false;
  std::uint64_t raw;
  if (type != kVarint) return reader.status().fail(Errc::protocol_error, "number"), true;
  if (reader.varint(raw)) s.*row.member = known_error(unzigzag(raw));
  return true;
}

template <class S>
std::size_t row_size(const AdviceField<S>& row, const S& s) {
  return error_row(s.*row.member).retry == Retry::no ? 0 : varint_size(tag_of(row.number, kVarint)) + 1;
}
template <class S>
char* write_row(const AdviceField<S>& row, char* p, const S& s) {
  const Retry retry = error_row(s.*row.member).retry;
  return retry == Retry::no
             ? p
             : write_varint(write_varint(p, tag_of(row.number, kVarint)), static_cast<std::uint64_t>(retry));
}
template <class S>
bool read_row(const AdviceField<S>&, std::uint32_t, std::uint32_t, Reader&, S&) {
  return false;
}

// ---- messages
// -----------------------------------------------------------------------------------------------------------

template <Message S>
std::size_t body_size(const S& s) {
  std::size_t total = 0;
  for_fields<S>([&](const auto& row) { total += row_size(row, s); });
  return total;
}
template <Message S>
char* write_body(char* p, const S& s) {
  for_fields<S>([&](const auto& row) { p = write_row(row, p, s); });
  return p;
}
template <Message S>
bool read_body(Reader& reader, S& s) {
  while (!reader.at_end()) {
    std::uint32_t number, type;
    if (!reader.tag(number, type)) return false;
    if (!any_field<S>([&](const auto& row) { return read_row(row, number, type, reader, s); })) reader.skip(type);
    if (reader.status().failed()) return false;
  }
  return true;
}

}  // namespace postage::wire::proto
