// Budget of the hot pair, nanoseconds of one core at 64 B: reading a publish 60 (Protobuf) and 400 (JSON), writing a
// delivery 60 and 150.
#include <benchmark/benchmark.h>

#include "wire/test_samples.h"

namespace postage::wire {
namespace {

Codec codec_at(const benchmark::State& state) { return state.range(0) == 0 ? Codec::proto : Codec::json; }

void decode_publish(benchmark::State& state) {
  const Codec codec = codec_at(state);
  const std::string payload(static_cast<std::size_t>(state.range(1)), 'x');
  const std::string bytes = samples::payload_of(
      codec, Request{7, Publish{"channel-12", ChannelType::message, Payload::text(payload), "", false, false}});
  for (auto _ : state) {
    auto request = decode_request(codec, bytes, codec == Codec::json);
    benchmark::DoNotOptimize(request);
  }
}
BENCHMARK(decode_publish)->ArgsProduct({{0, 1}, {64, 1024, 8192}});

void encode_delivery(benchmark::State& state) {
  const Codec codec = codec_at(state);
  const std::string payload(static_cast<std::size_t>(state.range(1)), 'x');
  const MessageEvent message{"channel-12", ChannelType::message, "user-1234", Payload::text(payload), "", 7,
                             123456,       samples::kNow};
  std::string out;
  out.reserve(64 * 1024);
  for (auto _ : state) {
    if (out.size() > 48 * 1024) out.clear();
    append_message(out, codec, message);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(encode_delivery)->ArgsProduct({{0, 1}, {64, 1024, 8192}});

}  // namespace
}  // namespace postage::wire
