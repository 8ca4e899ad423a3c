// The nine published vectors of 007 tokens: test data only. All were made with these inputs.
#pragma once
#include <cstdint>
#include <string_view>

namespace postage::auth::vectors {

inline constexpr std::string_view kAppId = "970CA35de60c44645bbae8a215061b33";
inline constexpr std::string_view kCertificate = "5CFd2fd1755d40ecb72977518be15d3b";
inline constexpr std::uint32_t kIssuedAt = 1111111;
inline constexpr std::uint32_t kExpire = 600;
inline constexpr std::uint32_t kSalt = 1;
inline constexpr std::string_view kChannel = "7d72365eb983485397e3e3f9d460bdda";
inline constexpr std::string_view kUid = "2882341273";

struct Vector {
  std::string_view name;
  std::string_view signature;  ///< hex
  std::string_view text;
};

inline constexpr Vector kVectors[] = {
    {"V1a", "6383003c15f2cfce57c2c44785174b727fb024a4ddc5d6bca1b405eb5bfc7712",
     "007eJxTYEhuZrAR/XT+XPihI+6t4t5F9RtUltw9em3Pwi2sr6P/lAspMFiaGzg7GpumpJoZJJuYmJmYJiUlplokGhmaGpgZJ"
     "hkbu38RYIhgYmBgZABhJiBmBPO5GIwsLIyMTQyNzI0BndAdKg=="},
    {"V1b", "6383003c15f2cfce57c2c44785174b727fb024a4ddc5d6bca1b405eb5bfc7712",
     "007eJxTYEhuZrAR/XT+XPihI+6t4t5F9RtUltw9em3Pwi2sr6P/lAspMFiaGzg7GpumpJoZJJuYmJmYJiUlplokGhmaGpgZJ"
     "hkbu38RYIhgYmBgZABhJgZGBkYwn4vByMLCyNjE0MjcGACd0B0q"},
    {"V2", "16a0b84c5a5e82cbf74fb813d09f59c54bdac9c06120580539ac97578e958b1a",
     "007eJxTYBBbsMMnKq7p9Hf/HcIX5kce9b518kCiQgSr5Zrp4X1Tu6UUGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk"
     "4yN3b8IMEQwMTAwMoAwBIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiVwMRhYWRsYmhkbmxgDCaiTj"},
    {"V3", "dcc4af9e4a04268e083f1fecd1daf9be33c860de592d6a2ca2b0306b9603633c",
     "007eJxTYLhzZP08Lxa1Pg57+TcXb/3cZ3wi4V6kbpbOog0G2dOYk20UGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk"
     "4yN3b8IMEQwMTAwMoAwBIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiQwMADacImo="},
    {"V4", "0812393ccca5befc2bb6fbd30269cac4506368877e946d988b5562a77cd42441",
     "007eJxTYOAQsrQ5s3TfH+1tvy8zZZ46EpCc0V43JXdGd2jS8porKo4KDJbmBs6OxqYpqWYGySYmZiamSUmJqRaJRoamBmaGS"
     "cbG7l8EGCKYGBgYGRgYmBgYGVgYGMF8JjDJDCZZwKQCg3mKuZGxmWlqkqWFsYmFqbGleapxqnGaZYqJmUFSSkoiF4ORhYWRs"
     "YmhkbkxyCyISZwMJanFJfGlxalFACKnKng="},
    {"V5", "0d9a1df8a4e60649a82d4a68fb1f49581fb4d227b8f0b65773b79f1c89e7eb7c",
     "007eJxTYOCdJftjyTM2zxW6Xhm/5T0j5LdcUt/xYVt48fb5Mp3PX9coMFiaGzg7GpumpJoZJJuYmJmYJiUlplokGhmaGpgZJ"
     "hkbu38RYIhgYmBgZABhJgZGBkYwn5OhJLW4JL60OLUIAFlWHoA="},
    {"V6", "d8465c14db4fcf2c9292e33d39b6ea2875539f81e2ef0657fbb526362e432335",
     "007eJxTYLjhFiNy2/+8zqRJj20tt73SKA2e3/joPVv4761qZnrOyqYKDJbmBs6OxqYpqWYGySYmZiamSUmJqRaJRoamBmaGS"
     "cbG7l8EGCKYGBgYGRgYWIAkCIP4TGCSGUyygEkFBvMUcyNjM9PUJEsLYxMLU2NL81TjVOM0yxQTM4OklJRELgYjCwsjYxNDI"
     "3NjJqA5EJM4GUpSi0viS4tTi1jggqxwFrImAAIiLHc="},
    {"V7", "f3e2cf3ef9fd02b64331e64c93edef7e2c1cdb564d144520b0f668d42ca6c9bb",
     "007eJxTYPj86Lzdz79M25wNn/lMfvu+TkfmdpiviKvChm8ZV3SWndytwGBpbuDsaGyakmpmkGxiYmZimpSUmGqRaGRoamBmm"
     "GRs7P5FgCGCiYGBkYGBgRkImYAsEJ8JTCowmKeYGxmbmaYmWVoYm1iYGluapxqnGqdZppiYGSSlpCRyMRhZWBgZmxgamRuzU"
     "aSbA6gXopuToSS1uCS+tDi1iJkB4jQmoGBuanFxYnqqbiKCmcTIAIEcDMUlRamJubqJLGD1jAxsDCD9uokAO/VDvQ=="},
    {"V8", "fd8fb30853f144ee7f3e141f35bb7a27e50965213fb96eb3bb5eb48ffabc3bac",
     "007eJxTYPjbv5kj+KPLu3o7EXnT3VXqTzlTFe135m3eHbel/9ce6zUKDJbmBs6OxqYpqWYGySYmZiamSUmJqRaJRoamBmaGS"
     "cbG7l8EGCKYGBgYGUCYg4GRgRHM52QoSS0uiS8tTi1iZoBIMzFwMuSmFhcnpqfqJiKYSYwMEMjBUFxSlJqYq5vIAjWOjQGkX"
     "zcRAJwaKrQ="},
};

/// By name; the table is small.
constexpr std::string_view text_of(std::string_view name) {
  for (const Vector& vector : kVectors) {
    if (vector.name == name) return vector.text;
  }
  return {};
}

}  // namespace postage::auth::vectors
