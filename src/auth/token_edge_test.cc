// Bytes that no builder makes: cut fields, lies about lengths, bombs, unknown services.
#include <gtest/gtest.h>
#include <zlib.h>

#include "auth/encoding.h"
#include "auth/token.h"
#include "auth/token_bytes.h"
#include "auth/token_vectors.h"
#include "base/limits.h"

namespace postage::auth {
namespace {

using namespace vectors;

std::string deflated(std::string_view bytes, int level = Z_BEST_COMPRESSION) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  EXPECT_EQ(compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                      bytes.size(), level), Z_OK);
  out.resize(size);
  return out;
}

std::string as_token(std::string_view content) { return "007" + to_base64(deflated(content)); }

/// signing_info with a right signature in front: what someone with the certificate could send.
std::string signed_content(const std::string& info) {
  std::string issued, salt, content;
  put_u32(issued, kIssuedAt);
  put_u32(salt, kSalt);
  put_text(content, hmac_sha256(hmac_sha256(salt, hmac_sha256(issued, kCertificate)), info));
  return content + info;
}

std::string head(std::uint16_t services) {
  std::string info;
  put_text(info, kAppId);
  put_u32(info, kIssuedAt);
  put_u32(info, kExpire);
  put_u32(info, kSalt);
  put_u16(info, services);
  return info;
}

std::string rtm_service(std::string_view user) {
  std::string out;
  put_u16(out, 2);
  put_u16(out, 1);
  put_u16(out, 1);
  put_u32(out, kExpire);
  put_text(out, user);
  return out;
}

std::string why(std::string_view text) {
  const auto token = parse_token(text);
  if (token) return "read";
  EXPECT_EQ(token.error().code, Errc::invalid_token);
  return token.error().detail;
}

TEST(TokenEdge, EveryCutOfTheSignedBytesIsRefusedEvenWithARightSignature) {
  std::string rtm2;
  put_u16(rtm2, 8);
  put_u16(rtm2, 1);
  put_u16(rtm2, 1);
  put_u32(rtm2, kExpire);
  put_text(rtm2, "ann");
  put_u16(rtm2, 1);
  put_u16(rtm2, 0);
  put_u16(rtm2, 1);
  put_u16(rtm2, 0);
  put_u16(rtm2, 2);
  put_text(rtm2, "a");
  put_text(rtm2, "b");
  const std::string info = head(2) + rtm_service("ann") + rtm2;
  ASSERT_EQ(why(as_token(signed_content(info))), "read");
  for (std::size_t length = 0; length < info.size(); ++length) {
    EXPECT_NE(why(as_token(signed_content(info.substr(0, length)))), "read") << length;
  }
  const std::string content = signed_content(info);
  for (std::size_t length = 0; length < 34; ++length) {
    EXPECT_NE(why(as_token(content.substr(0, length))), "read") << length;
  }
}

TEST(TokenEdge, EveryFlippedBitOfTheContentIsRefused) {
  const std::string content = signed_content(head(1) + rtm_service("ann"));
  for (std::size_t i = 0; i < content.size() * 8; ++i) {
    std::string flipped = content;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    const auto token = parse_token(as_token(flipped));
    EXPECT_FALSE(token && signature_fits(*token, kCertificate)) << i;
  }
}

TEST(TokenEdge, AnUnknownServiceEndsReadingButTheTokenStaysValid) {
  std::string unknown;
  put_u16(unknown, 4711);
  unknown += "whatever its body is";
  const auto token = parse_token(as_token(signed_content(head(3) + rtm_service("ann") + unknown)));
  ASSERT_TRUE(token);
  ASSERT_EQ(token->services.size(), 1u);
  EXPECT_EQ(token->services[0].first, "ann");
  EXPECT_TRUE(signature_fits(*token, kCertificate));
}

TEST(TokenEdge, BytesAfterTheLastServiceAreSignedAndAllowed) {
  const auto token = parse_token(as_token(signed_content(head(1) + rtm_service("ann") + "later versions")));
  ASSERT_TRUE(token);
  EXPECT_TRUE(signature_fits(*token, kCertificate));
}

TEST(TokenEdge, LyingCountsAreRefused) {
  EXPECT_NE(why(as_token(signed_content(head(65535)))), "read");
  EXPECT_EQ(why(as_token(signed_content(head(limits::token_services_max + 1) + std::string(1000, '\0')))),
            "it has too many services");
  std::string many_privileges;
  put_u16(many_privileges, 2);
  put_u16(many_privileges, 65535);
  EXPECT_NE(why(as_token(signed_content(head(1) + many_privileges))), "read");
}

TEST(TokenEdge, ResourceNamesHaveALimit) {
  const auto with_names = [](std::size_t names) {
    std::string rtm2;
    put_u16(rtm2, 8);
    put_u16(rtm2, 0);
    put_text(rtm2, "ann");
    put_u16(rtm2, 1);
    put_u16(rtm2, 0);
    put_u16(rtm2, 1);
    put_u16(rtm2, 0);
    put_u16(rtm2, static_cast<std::uint16_t>(names));
    for (std::size_t i = 0; i < names; ++i) put_text(rtm2, "");
    return why(as_token(signed_content(head(1) + rtm2)));
  };
  EXPECT_EQ(with_names(limits::token_resources_max - 1), "read");  // The rule itself counts one.
  EXPECT_NE(with_names(limits::token_resources_max), "read");
}

TEST(TokenEdge, TheAppIdMustBe32HexDigits) {
  std::string info;
  put_text(info, "970CA35de60c44645bbae8a215061b3");
  put_u32(info, kIssuedAt);
  put_u32(info, kExpire);
  put_u32(info, kSalt);
  put_u16(info, 0);
  EXPECT_EQ(why(as_token(signed_content(info))), "its App ID is not 32 hex digits");
}

TEST(TokenEdge, TheSignatureMustBe32Bytes) {
  for (const std::size_t length : {0u, 31u, 33u}) {
    std::string content;
    put_text(content, std::string(length, 's'));
    EXPECT_EQ(why(as_token(content + head(1) + rtm_service("ann"))), "its signature is not 32 bytes") << length;
  }
}

TEST(TokenEdge, ABombIsRefusedAtTheLimit) {
  const std::string edge = signed_content(head(1) + rtm_service("ann"));
  const auto padded = [&](std::size_t total) { return edge + std::string(total - edge.size(), 'x'); };
  EXPECT_EQ(why(as_token(padded(limits::token_inflated_bytes_max))), "read");
  EXPECT_EQ(why(as_token(padded(limits::token_inflated_bytes_max + 1))), "it inflates to more than 65536 bytes");
  EXPECT_EQ(why(as_token(std::string(5'000'000, '\0'))), "it inflates to more than 65536 bytes");
}

TEST(TokenEdge, LongTextIsRefusedBeforeItIsDecoded) {
  const std::string longest = "007" + std::string(limits::token_bytes_max - 3, 'A');
  EXPECT_NE(why(longest), "it is longer than a token may be");
  EXPECT_EQ(why(longest + "A"), "it is longer than a token may be");
}

TEST(TokenEdge, TheTextIsStrictBase64OfOneStream) {
  const std::string compressed = deflated(signed_content(head(1) + rtm_service("ann")));
  const std::string text = to_base64(compressed);
  ASSERT_EQ(why("007" + text), "read");
  EXPECT_EQ(why("006" + text), "it does not begin with 007");
  EXPECT_EQ(why(""), "it does not begin with 007");
  EXPECT_EQ(why("007"), "it is not base64");
  EXPECT_EQ(why("007" + text + "\n"), "it is not base64");
  EXPECT_EQ(why("007 " + text), "it is not base64");
  EXPECT_EQ(why("007" + text + "AAAA"), text.ends_with('=') ? "it is not base64" : "bytes follow its compressed part");
  EXPECT_EQ(why("007" + to_base64(compressed + "x")), "bytes follow its compressed part");
  EXPECT_EQ(why("007" + to_base64(compressed.substr(0, compressed.size() - 1))), "its compressed part is damaged or cut");
  EXPECT_EQ(why("007" + to_base64("not a zlib stream")), "its compressed part is damaged or cut");
}

TEST(TokenEdge, LegacyTokensAreRefused) {
  EXPECT_EQ(why("006970CA35de60c44645bbae8a215061b33IAAsR0qgiCxv0vrpRcpkz5BrbfEWCBZ6kvR6t7qG/wJIQob86ogAAAAAEAABAAAAR/QQAAEA"
                "6AOvKDdW"), "it does not begin with 007");
}

}  // namespace
}  // namespace postage::auth
