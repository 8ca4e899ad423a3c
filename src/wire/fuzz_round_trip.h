#pragma once
// What both wire fuzzers ask of every frame they could read.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "wire/test_samples.h"

namespace postage::wire::fuzz {

inline auto decode(Codec codec, const std::string& bytes, const Request&) {
  return decode_request(codec, bytes, codec == Codec::json);
}
inline auto decode(Codec codec, const std::string& bytes, const ServerFrame&) {
  return decode_event(codec, bytes, codec == Codec::json);
}

/// `frame` is written in both codecs and each is read again as the same frame. Its views die with the next decode, so
/// both are written first.
template <class Frame>
void check_round_trip(const Frame& frame) {
  const std::string proto = samples::payload_of(Codec::proto, frame);
  const std::string json = samples::payload_of(Codec::json, frame);
  if (proto.size() > kFrameBytesMax || json.size() > kFrameBytesMax) return;
  for (const Codec codec : {Codec::proto, Codec::json}) {
    auto again = decode(codec, codec == Codec::json ? json : proto, frame);
    CHECK(again.ok());
    CHECK(samples::payload_of(Codec::proto, *again) == proto);
  }
}

/// Any bytes into the decoders of both directions. The copy has no slack, so that reading past its end is seen.
inline void try_bytes(Codec codec, const std::uint8_t* data, std::size_t size) {
  const std::vector<char> exact(data, data + size);
  const std::string_view bytes(exact.data(), exact.size());
  const bool text = codec == Codec::json;
  if (auto request = decode_request(codec, bytes, text)) check_round_trip(*request);
  if (auto frame = decode_event(codec, bytes, text)) check_round_trip(*frame);
}

}  // namespace postage::wire::fuzz
