#include "auth/token.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "auth/encoding.h"
#include "auth/token_vectors.h"
#include "base/limits.h"

namespace postage::auth {
namespace {

using namespace vectors;

TokenService service(Service type, std::vector<std::uint16_t> privileges, std::string first = {}, std::string second = {}) {
  TokenService made;
  made.type = static_cast<std::uint16_t>(type);
  for (const std::uint16_t privilege : privileges) made.privileges.emplace_back(privilege, kExpire);
  made.first = std::move(first);
  made.second = std::move(second);
  return made;
}

TokenService rtm2() {
  TokenService made = service(Service::rtm2, {1}, "test_user");
  made.rules = {{0, 0, {"message-a", "message-b"}}, {1, 1, {"stream-a"}}, {4, 0, {"user-a"}}};
  return made;
}

/// What each vector holds, as published.
std::vector<TokenService> services_of(std::string_view name) {
  const std::string channel(kChannel), uid(kUid);
  if (name == "V1a" || name == "V1b") return {service(Service::rtm, {1}, uid)};
  if (name == "V2") return {service(Service::rtc, {1}, channel, uid)};
  if (name == "V3") return {service(Service::rtc, {1}, channel, "")};
  if (name == "V4") return {service(Service::rtc, {1, 2, 3, 4}, channel, uid), service(Service::rtm, {1}, "test_user")};
  if (name == "V5") return {service(Service::rtm, {1}, "test_user")};
  if (name == "V6") {
    return {service(Service::rtc, {1, 2, 3, 4}, channel, uid), service(Service::rtm, {1}, "test_user"),
            service(Service::fpa, {1}), service(Service::chat, {1}, uid)};
  }
  if (name == "V7") {
    return {service(Service::streaming, {1, 2}, channel, uid), service(Service::fcdn, {1, 2}, channel, uid), rtm2()};
  }
  return {rtm2()};
}

Token token_of(std::vector<TokenService> services) {
  Token token;
  token.app_id = kAppId;
  token.issued_at = kIssuedAt;
  token.expire = kExpire;
  token.salt = kSalt;
  token.services = std::move(services);
  return token;
}

class Vectors : public testing::TestWithParam<Vector> {};

TEST_P(Vectors, IsReadAndItsSignatureFits) {
  const auto token = parse_token(GetParam().text);
  ASSERT_TRUE(token) << token.error().to_string();
  EXPECT_EQ(token->app_id, kAppId);
  EXPECT_EQ(token->issued_at, kIssuedAt);
  EXPECT_EQ(token->expire, kExpire);
  EXPECT_EQ(token->salt, kSalt);
  EXPECT_EQ(to_hex(token->signature), GetParam().signature);
  EXPECT_EQ(token->services, services_of(GetParam().name));
  EXPECT_TRUE(signature_fits(*token, kCertificate));
  EXPECT_FALSE(signature_fits(*token, "5CFd2fd1755d40ecb72977518be15d3c"));
}

TEST_P(Vectors, IsMadeByOurBuilderWithTheSameSignature) {
  const auto text = build_token(token_of(services_of(GetParam().name)), kCertificate);
  ASSERT_TRUE(text) << text.error().to_string();
  const auto ours = parse_token(*text), theirs = parse_token(GetParam().text);
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(ours->signing_info, theirs->signing_info);
  EXPECT_EQ(to_hex(ours->signature), GetParam().signature);
}

/// A changed character either makes the token unreadable, or leaves the signed bytes as they were (unused bits of the
/// compressed form), or breaks the signature. Nothing else.
TEST_P(Vectors, NoFlippedBitOfItsTextIsAccepted) {
  const std::string text(GetParam().text);
  const auto good = parse_token(text);
  ASSERT_TRUE(good);
  for (std::size_t i = 0; i < text.size() * 8; ++i) {
    std::string flipped = text;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    const auto token = parse_token(flipped);
    if (!token || !signature_fits(*token, kCertificate)) continue;
    EXPECT_EQ(token->signing_info, good->signing_info) << i;
    EXPECT_EQ(token->signature, good->signature) << i;
  }
}

TEST_P(Vectors, NoCutTextIsRead) {
  const std::string_view text = GetParam().text;
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto token = parse_token(text.substr(0, length));
    ASSERT_FALSE(token) << length;
    EXPECT_EQ(token.error().code, Errc::invalid_token);
  }
}

INSTANTIATE_TEST_SUITE_P(Published, Vectors, testing::ValuesIn(kVectors),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Token, VectorV1HoldsThePublishedBytes) {
  const auto token = parse_token(text_of("V1a"));
  ASSERT_TRUE(token);
  EXPECT_EQ(to_hex(token->signing_info), "2000" + to_hex(kAppId) + "47f41000" "58020000" "01000000" "0100" "0200"
                                         "0100" "0100" "58020000" "0a00" "32383832333431323733");
}

TEST(Token, BuildRefusesWhatIsNoTokenAndNamesTheField) {
  const auto detail = [](Token token, std::string_view certificate) {
    const auto made = build_token(token, certificate);
    return made ? std::string("made") : made.error().detail;
  };
  Token good = token_of(services_of("V5"));
  EXPECT_EQ(detail(good, kCertificate), "made");
  Token bad = good;
  bad.app_id = "970CA35de60c44645bbae8a215061b3";
  EXPECT_TRUE(detail(bad, kCertificate).starts_with("app_id:"));
  bad.app_id = "970CA35de60c44645bbae8a215061b3g";
  EXPECT_TRUE(detail(bad, kCertificate).starts_with("app_id:"));
  EXPECT_TRUE(detail(good, "").starts_with("certificate:"));
  bad = good;
  bad.services.clear();
  EXPECT_TRUE(detail(bad, kCertificate).starts_with("services:"));
  bad = good;
  bad.services[0].type = 11;
  EXPECT_TRUE(detail(bad, kCertificate).starts_with("services:"));
  bad = good;
  bad.services.resize(limits::token_services_max, bad.services[0]);
  EXPECT_EQ(detail(bad, kCertificate), "made");
  bad.services.resize(limits::token_services_max + 1, bad.services[0]);
  EXPECT_TRUE(detail(bad, kCertificate).starts_with("services:"));
  bad = good;
  bad.services[0].first = std::string(65535, 'x');
  EXPECT_TRUE(detail(bad, kCertificate).starts_with("services:"));
}

TEST(Token, ServicesAndPrivilegesAreWrittenInAscendingOrder) {
  Token token = token_of({rtm2(), service(Service::rtc, {4, 1}, "b", "u"), service(Service::rtc, {1}, "a", "u")});
  const auto text = build_token(token, kCertificate);
  ASSERT_TRUE(text);
  const auto read = parse_token(*text);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->services.size(), 3u);
  EXPECT_EQ(read->services[0].first, "b");  // Equal types keep their order.
  EXPECT_EQ(read->services[0].privileges[0].first, 1);
  EXPECT_EQ(read->services[1].first, "a");
  EXPECT_EQ(read->services[2], rtm2());
}

TEST(LoginToken, IsRefusedOutsideItsBounds) {
  LoginTokenRequest request{.app_id = std::string(kAppId), .user_id = "ann", .issued_at = Instant(seconds(1'700'000'000)),
                            .expire_seconds = 3600, .salt = 7};
  const auto made = build_login_token(request, kCertificate);
  ASSERT_TRUE(made);
  const auto token = parse_token(*made);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->issued_at, 1'700'000'000u);
  EXPECT_EQ(token->salt, 7u);
  EXPECT_EQ(token->services[0].first, "ann");
  EXPECT_EQ(token->services[0].privileges[0].second, 3600u);
  for (const std::int64_t expire : {std::int64_t{0}, std::int64_t{-1}, limits::token_seconds_max + 1}) {
    request.expire_seconds = expire;
    ASSERT_FALSE(build_login_token(request, kCertificate)) << expire;
    EXPECT_TRUE(build_login_token(request, kCertificate).error().detail.starts_with("expire_seconds:"));
  }
  request.expire_seconds = limits::token_seconds_max;
  EXPECT_TRUE(build_login_token(request, kCertificate));
  request.user_id = "null";
  EXPECT_EQ(build_login_token(request, kCertificate).error().code, Errc::invalid_user_id);
  request.user_id = "ann";
  request.issued_at = Instant(seconds(std::int64_t{UINT32_MAX} + 1));
  EXPECT_FALSE(build_login_token(request, kCertificate));
}

TEST(UserId, OneTo64OfTheAllowedCharacters) {
  EXPECT_TRUE(valid_user_id("a"));
  EXPECT_TRUE(valid_user_id(std::string(64, 'a')));
  EXPECT_TRUE(valid_user_id("Az09 !#$%&()+-:;<=.>?@[]^_{}|~,"));
  EXPECT_FALSE(valid_user_id(""));
  EXPECT_FALSE(valid_user_id(std::string(65, 'a')));
  EXPECT_FALSE(valid_user_id("null"));
  for (const char c : std::string("*/\\\"'`\n\x7f")) EXPECT_FALSE(valid_user_id(std::string(1, c))) << int(c);
  EXPECT_FALSE(valid_user_id(std::string_view("a\0b", 3)));
  EXPECT_FALSE(valid_user_id("\xC3\xA9"));
}

RC_GTEST_PROP(Token, WhatIsBuiltIsReadBack, ()) {
  Token token = token_of({});
  token.issued_at = *rc::gen::arbitrary<std::uint32_t>();
  token.expire = *rc::gen::arbitrary<std::uint32_t>();
  token.salt = *rc::gen::arbitrary<std::uint32_t>();
  const auto bytes = rc::gen::resize(20, rc::gen::arbitrary<std::string>());
  const int count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i) {
    TokenService one;
    one.type = static_cast<std::uint16_t>(*rc::gen::inRange(1, 11));
    if (one.type != 4 && one.type < 9) one.first = *bytes;
    if (one.type == 1 || one.type == 3 || one.type == 6 || one.type == 7) one.second = *bytes;
    if (one.type == 7) one.role = *rc::gen::arbitrary<std::int16_t>();
    one.privileges = {{1, *rc::gen::arbitrary<std::uint32_t>()}, {2, *rc::gen::arbitrary<std::uint32_t>()}};
    if (one.type == 8) one.rules = {{0, 0, {*bytes, *bytes}}, {0, 1, {}}, {4, 1, {*bytes}}};
    token.services.push_back(one);
  }
  std::stable_sort(token.services.begin(), token.services.end(), [](auto& a, auto& b) { return a.type < b.type; });
  const auto text = build_token(token, kCertificate);
  RC_ASSERT(text.ok());
  const auto read = parse_token(*text);
  RC_ASSERT(read.ok());
  RC_ASSERT(read->services == token.services);
  RC_ASSERT(read->issued_at == token.issued_at && read->expire == token.expire && read->salt == token.salt);
  RC_ASSERT(signature_fits(*read, kCertificate));
}

}  // namespace
}  // namespace postage::auth
