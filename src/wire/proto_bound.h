#pragma once
// At most how many bytes a message takes in Protobuf: a few additions, where its exact size is many. Made from schema.h's
// rows. Internal to wire.
#include <optional>
#include <span>

#include "wire/schema.h"

namespace postage::wire::proto {

template <Message S>
std::size_t body_bound(const S& s);

constexpr std::size_t kRowBound = 16;  // a tag of up to 3 bytes and a number of up to 10, or a length of up to 5
template <class S, class T>
std::size_t row_bound(const Field<S, T>&, const S&) {
  return kRowBound;
}
template <class S>
std::size_t row_bound(const Field<S, std::string_view>& row, const S& s) {
  return kRowBound + (s.*row.member).size();
}
template <class S>
std::size_t row_bound(const Field<S, SessionKey>&, const S&) {
  return kRowBound + std::tuple_size_v<SessionKey>;
}
template <class S, Message M>
std::size_t row_bound(const Field<S, M>& row, const S& s) {
  return kRowBound + body_bound(s.*row.member);
}
template <class S, class M>
std::size_t row_bound(const Field<S, std::optional<M>>& row, const S& s) {
  return s.*row.member ? kRowBound + body_bound(*(s.*row.member)) : 0;
}
template <class S, class M>
std::size_t row_bound(const Field<S, std::span<const M>>& row, const S& s) {
  std::size_t total = 0;
  for (const M& m : s.*row.member) total += kRowBound + body_bound(m);
  return total;
}
template <class S>
std::size_t row_bound(const PayloadField<S>& row, const S& s) {
  return kRowBound + (s.*row.member).bytes.size();
}
template <class S>
std::size_t row_bound(const ErrorField<S>& row, const S& s) {
  const ErrorRow& error = error_row(s.*row.member);
  return 3 * kRowBound + error.name.size() + error.text.size();
}
template <class S>
std::size_t row_bound(const AdviceField<S>&, const S&) {
  return kRowBound;
}

template <Message S>
std::size_t body_bound(const S& s) {
  std::size_t total = 0;
  for_fields<S>([&](const auto& row) { total += row_bound(row, s); });
  return total;
}

}  // namespace postage::wire::proto
