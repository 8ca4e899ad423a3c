// Any bytes into the JSON decoders of both directions; what is read must be written in both codecs and be read again as
// the same frame.
#include "wire/fuzz_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  postage::wire::fuzz::try_bytes(postage::wire::Codec::json, data, size);
  return 0;
}
