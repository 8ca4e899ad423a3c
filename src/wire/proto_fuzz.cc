// Any bytes into the Protobuf decoders of both directions; what is read must be written in both codecs and be read
// again as the same frame.
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "wire/test_samples.h"

namespace {

using postage::wire::Codec;

auto decode(Codec codec, const std::string& bytes, const postage::wire::Request&) {
  return postage::wire::decode_request(codec, bytes, codec == Codec::json);
}
auto decode(Codec codec, const std::string& bytes, const postage::wire::ServerFrame&) {
  return postage::wire::decode_event(codec, bytes, codec == Codec::json);
}

/// The views of `frame` die with the next decode, so both codecs are written first.
template <class Frame>
void check_round_trip(const Frame& frame) {
  const std::string proto = postage::wire::samples::payload_of(Codec::proto, frame);
  const std::string json = postage::wire::samples::payload_of(Codec::json, frame);
  if (proto.size() > postage::wire::kFrameBytesMax || json.size() > postage::wire::kFrameBytesMax) return;
  for (const Codec codec : {Codec::proto, Codec::json}) {
    auto again = decode(codec, codec == Codec::json ? json : proto, frame);
    CHECK(again.ok());
    CHECK(postage::wire::samples::payload_of(Codec::proto, *again) == proto);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<char> exact(data, data + size);
  const std::string_view bytes(exact.data(), exact.size());
  if (auto request = postage::wire::decode_request(Codec::proto, bytes, false)) check_round_trip(*request);
  if (auto frame = postage::wire::decode_event(Codec::proto, bytes, false)) check_round_trip(*frame);
  return 0;
}
