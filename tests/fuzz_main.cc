// Driver for *_fuzz.cc without libFuzzer: replays a corpus when files are named, else feeds a fixed number of
// pseudo-random inputs made from one printed seed. The long, coverage-guided runs belong to `./test --full`.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  if (argc > 1) {
    for (int i = 1; i < argc; ++i) {
      std::ifstream in(argv[i], std::ios::binary);
      const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    return 0;
  }
  constexpr int kRounds = 20000;
  constexpr std::uint32_t kSeed = 20260101;
  std::mt19937 random(kSeed);
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < kRounds; ++i) {
    // Half the inputs are mutations of the one before, so that some structure builds up.
    if (i % 2 == 0 || bytes.empty()) {
      bytes.resize(random() % 300);
      for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
    } else {
      for (int k = 0; k < 4; ++k) bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%d inputs, seed %u\n", kRounds, kSeed);
  return 0;
}
