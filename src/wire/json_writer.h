#pragma once
// The JSON form made from schema.h's rows: a bound of the size first, then one pass of writing. Numbers and truth
// values are always there; empty text, absent objects, empty lists and the zero instant are left out. Internal to wire.
#include "base/text_bytes.h"
#include "wire/json_text.h"
#include "wire/schema.h"

namespace postage::wire::json {

template <Message S>
std::size_t bound_of(const S& s);
template <Message S>
char* write_object(char* p, const S& s);

constexpr std::string_view kChannelTypes[] = {"MESSAGE", "USER"};

// ---- one value of each kind
// ---------------------------------------------------------------------------------------------

inline bool absent(std::string_view v) { return v.empty(); }
inline bool absent(Instant v) { return v == Instant{}; }
template <class M>
bool absent(const std::optional<M>& v) {
  return !v;
}
template <class M>
bool absent(std::span<const M> v) {
  return v.empty();
}
template <class T>
bool absent(const T&) {
  return false;
}

inline std::size_t bound(std::string_view v) { return string_bound(v.size()); }
inline std::size_t bound(const SessionKey& v) { return 2 * v.size() + 2; }
template <Message M>
std::size_t bound(const M& v) {
  return bound_of(v);
}
template <class M>
std::size_t bound(const std::optional<M>& v) {
  return v ? bound_of(*v) : 0;
}
template <class M>
std::size_t bound(std::span<const M> v) {
  std::size_t total = 2;
  for (const M& m : v) total += bound_of(m) + 1;
  return total;
}
/// Numbers, truth values, instants, enums.
template <class T>
  requires(!Message<T> && sizeof(T) <= 8)
std::size_t bound(const T&) {
  return kNumberBytesMax + 4;
}

inline char* write(char* p, std::string_view v) { return write_string(p, v); }
inline char* write(char* p, bool v) { return write_raw(p, v ? "true" : "false"); }
inline char* write(char* p, Instant v) { return write_number(p, v.time_since_epoch().count()); }
inline char* write(char* p, ChannelType v) { return write_string(p, kChannelTypes[static_cast<std::size_t>(v)]); }
inline char* write(char* p, const SessionKey& v) {
  *p++ = '"';
  p = write_hex(p, v.data(), v.size());
  *p++ = '"';
  return p;
}
template <class T>
  requires std::is_unsigned_v<T> && (sizeof(T) >= 4)
char* write(char* p, T v) {
  return write_number(p, v);
}
template <Message M>
char* write(char* p, const M& v) {
  return write_object(p, v);
}
template <class M>
char* write(char* p, const std::optional<M>& v) {
  return write_object(p, *v);
}
template <class M>
char* write(char* p, std::span<const M> v) {
  *p++ = '[';
  for (const M& m : v) {
    p = write_object(p, m);
    *p++ = ',';
  }
  p[-1] = ']';
  return p;
}

// ---- rows: each member is written with a comma after it
// ------------------------------------------------------------------

inline char* write_key(char* p, std::string_view name) {
  *p++ = '"';
  p = write_raw(p, name);
  return write_raw(p, "\":");
}
template <class T>
char* write_member(char* p, std::string_view name, const T& v) {
  p = write(write_key(p, name), v);
  *p++ = ',';
  return p;
}

template <class S, class T>
std::size_t row_bound(const Field<S, T>& row, const S& s) {
  return row.name.size() + 4 + bound(s.*row.member);
}
template <class S, class T>
char* write_row(const Field<S, T>& row, char* p, const S& s) {
  const T& v = s.*row.member;
  return absent(v) ? p : write_member(p, row.name, v);
}

template <class S>
std::size_t row_bound(const PayloadField<S>& row, const S& s) {
  const Payload& v = s.*row.member;
  return 24 + (v.type == MessageType::string ? string_bound(v.bytes.size()) : base64_size(v.bytes.size()));
}
template <class S>
char* write_row(const PayloadField<S>& row, char* p, const S& s) {
  const Payload& v = s.*row.member;
  if (!v.present) return p;
  if (v.type == MessageType::string) return write_member(p, "payload", v.bytes);
  p = write_raw(write_key(p, "payload_base64"), "\"");
  return write_raw(write_base64(p, v.bytes), "\",");
}

template <class S>
std::size_t row_bound(const ErrorField<S>& row, const S& s) {
  const ErrorRow& error = error_row(s.*row.member);
  return 64 + string_bound(error.name.size()) + string_bound(error.text.size());
}
template <class S>
char* write_row(const ErrorField<S>& row, char* p, const S& s) {
  const ErrorRow& error = error_row(s.*row.member);
  p = write_number(write_key(p, "number"), static_cast<std::int64_t>(error.code));
  *p++ = ',';
  p = write_member(p, "name", error.name);
  return row.full ? write_member(p, "text", error.text) : p;
}

template <class S>
std::size_t row_bound(const AdviceField<S>&, const S&) {
  return 32;
}
template <class S>
char* write_row(const AdviceField<S>& row, char* p, const S& s) {
  return write_member(p, "retry", retry_name(error_row(s.*row.member).retry));
}

// ---- objects
// ------------------------------------------------------------------------------------------------------------

template <Message S>
std::size_t bound_of(const S& s) {
  std::size_t total = 2;
  for_fields<S>([&](const auto& row) { total += row_bound(row, s); });
  return total;
}
template <Message S>
char* write_object(char* p, const S& s) {
  *p++ = '{';
  char* begin = p;
  for_fields<S>([&](const auto& row) { p = write_row(row, p, s); });
  if (p != begin) --p;  // the last comma
  *p++ = '}';
  return p;
}

}  // namespace postage::wire::json
