#include "auth/token_check.h"

#include <gtest/gtest.h>

#include "auth/token_vectors.h"
#include "base/limits.h"

namespace postage::auth {
namespace {

using namespace vectors;

constexpr std::string_view kOther = "0123456789abcdef0123456789abcdef";
constexpr Instant kIssue{seconds(kIssuedAt)};

struct Check : testing::Test {
  Check() {
    project.app_id = AppId{std::string(kAppId)};
    project.certificates[0] = {std::string(kCertificate), true, {}};
  }

  Errc login(std::string_view user, std::string_view text) {
    const auto grant = check_login(project, user, text, now, policy);
    return grant ? Errc::ok : grant.error().code;
  }
  Errc join(std::string_view channel, std::string_view user, std::string_view text) {
    const auto grant = check_join(project, channel, user, text, now, policy);
    return grant ? Errc::ok : grant.error().code;
  }
  /// A token of one service for "ann".
  static std::string made(Service type, std::uint32_t expire, std::uint32_t privilege, std::vector<ResourceRule> rules = {},
                          std::string_view certificate = kCertificate) {
    return made_of({service(type, privilege, std::move(rules))}, expire, certificate);
  }
  static TokenService service(Service type, std::uint32_t privilege, std::vector<ResourceRule> rules = {}) {
    TokenService one;
    one.type = static_cast<std::uint16_t>(type);
    one.privileges = {{1, privilege}};
    one.first = "ann";
    one.rules = std::move(rules);
    return one;
  }
  static std::string made_of(std::vector<TokenService> services, std::uint32_t expire,
                             std::string_view certificate = kCertificate) {
    Token token;
    token.app_id = kAppId;
    token.issued_at = kIssuedAt;
    token.expire = expire;
    token.salt = 9;
    token.services = std::move(services);
    return build_token(token, certificate).value();
  }

  ProjectInfo project;
  DoorPolicy policy;
  Instant now = kIssue + seconds(1);
};

TEST_F(Check, EachVectorOpensTheDoorsItWasMadeFor) {
  for (const char* name : {"V1a", "V1b"}) EXPECT_EQ(login(kUid, text_of(name)), Errc::ok) << name;
  for (const char* name : {"V4", "V5", "V6", "V7", "V8"}) EXPECT_EQ(login("test_user", text_of(name)), Errc::ok) << name;
  for (const char* name : {"V2", "V3"}) EXPECT_EQ(login(kUid, text_of(name)), Errc::invalid_token) << name;
  for (const char* name : {"V2", "V3", "V4", "V6"}) EXPECT_EQ(join(kChannel, kUid, text_of(name)), Errc::ok) << name;
  EXPECT_EQ(join(kChannel, "anybody", text_of("V3")), Errc::ok);
  EXPECT_EQ(join(kChannel, "anybody", text_of("V2")), Errc::invalid_token);
  EXPECT_EQ(join("another", kUid, text_of("V2")), Errc::invalid_token);
  for (const char* name : {"V1a", "V5", "V7", "V8"}) EXPECT_EQ(join(kChannel, kUid, text_of(name)), Errc::invalid_token) << name;
}

TEST_F(Check, ATokenIsGoodForItsUserOnly) {
  EXPECT_EQ(login("test_use", text_of("V5")), Errc::invalid_token);
  EXPECT_EQ(login("test_user2", text_of("V5")), Errc::invalid_token);
  EXPECT_EQ(login("Test_user", text_of("V5")), Errc::invalid_token);
  EXPECT_EQ(login("", text_of("V5")), Errc::invalid_user_id);
  EXPECT_EQ(login("null", text_of("V5")), Errc::invalid_user_id);
}

TEST_F(Check, AnEmptyUserIsAnyoneForRtm2AndNobodyForRtm) {
  TokenService any = service(Service::rtm2, 600, {{0, 0, {"*"}}});
  any.first.clear();
  EXPECT_EQ(login("whoever", made_of({any}, 600)), Errc::ok);
  any.type = static_cast<std::uint16_t>(Service::rtm);
  any.rules.clear();
  EXPECT_EQ(login("whoever", made_of({any}, 600)), Errc::invalid_token);
}

TEST_F(Check, ItEndsAtItsSecondNotAfter) {
  const std::string text(text_of("V5"));
  now = kIssue + seconds(kExpire) - milliseconds(1);
  const auto grant = check_login(project, "test_user", text, now);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->expires_at, kIssue + seconds(kExpire));
  now += milliseconds(1);
  EXPECT_EQ(login("test_user", text), Errc::token_expired);
}

TEST_F(Check, ThePrivilegeMayEndBeforeTheToken) {
  const std::string text = made(Service::rtm, 600, 60);
  now = kIssue + seconds(60) - milliseconds(1);
  EXPECT_EQ(login("ann", text), Errc::ok);
  now += milliseconds(1);
  EXPECT_EQ(login("ann", text), Errc::token_expired);
  // 0 has no end of its own.
  EXPECT_EQ(check_login(project, "ann", made(Service::rtm, 600, 0), kIssue)->expires_at, kIssue + seconds(600));
  // And a longer privilege does not outlive the token.
  EXPECT_EQ(check_login(project, "ann", made(Service::rtm, 600, 6000), kIssue)->expires_at, kIssue + seconds(600));
}

TEST_F(Check, ALifeOverOneDayIsCut) {
  const std::string text = made(Service::rtm, UINT32_MAX, UINT32_MAX);
  EXPECT_EQ(check_login(project, "ann", text, now)->expires_at, kIssue + seconds(limits::token_seconds_max));
  now = kIssue + seconds(limits::token_seconds_max);
  EXPECT_EQ(login("ann", text), Errc::token_expired);
}

TEST_F(Check, AServiceWithoutTheLoginPrivilegeDoesNotLogIn) {
  TokenService one = service(Service::rtm, 600);
  one.privileges = {{2, 600}};
  EXPECT_EQ(login("ann", made_of({one}, 600)), Errc::invalid_token);
}

TEST_F(Check, ATokenFromTheFutureIsRefusedBeyondTheClocksDifference) {
  now = kIssue - seconds(limits::token_future_seconds_max);
  EXPECT_EQ(login("test_user", text_of("V5")), Errc::ok);
  now -= seconds(1);
  EXPECT_EQ(login("test_user", text_of("V5")), Errc::invalid_token);
}

TEST_F(Check, OtherAppIdsAndOtherCertificatesAreRefused) {
  project.app_id = AppId{"970ca35de60c44645bbae8a215061b33"};  // The case is part of it.
  EXPECT_EQ(login("test_user", text_of("V5")), Errc::invalid_token);
  project.app_id = AppId{std::string(kAppId)};
  EXPECT_EQ(login("ann", made(Service::rtm, 600, 600, {}, kOther)), Errc::invalid_token);
  project.certificates[0].text = kOther;
  EXPECT_EQ(login("test_user", text_of("V5")), Errc::invalid_token);
}

TEST_F(Check, EitherEnabledCertificateProves) {
  project.certificates[1] = {std::string(kOther), true, {}};
  const std::string by_primary = made(Service::rtm, 600, 600), by_secondary = made(Service::rtm, 600, 600, {}, kOther);
  EXPECT_EQ(login("ann", by_primary), Errc::ok);
  EXPECT_EQ(login("ann", by_secondary), Errc::ok);
  policy.primary_only = true;
  EXPECT_EQ(login("ann", by_primary), Errc::ok);
  EXPECT_EQ(login("ann", by_secondary), Errc::invalid_token);
  policy.primary_only = false;
  project.certificates[1].enabled = false;
  EXPECT_EQ(login("ann", by_secondary), Errc::invalid_token);
  project.certificates[0].enabled = false;
  EXPECT_EQ(login("ann", by_primary), Errc::invalid_token);
}

TEST_F(Check, WithoutAnyCertificateNoTokenProves) {
  project.certificates = {};
  EXPECT_EQ(login("ann", made(Service::rtm, 600, 600)), Errc::invalid_token);
  // An empty slot must not act as a certificate of no digits.
  project.certificates[0] = {"", true, {}};
  EXPECT_EQ(login("ann", made(Service::rtm, 600, 600)), Errc::invalid_token);
}

TEST_F(Check, TheAppIdAloneNeedsTheProjectsAndTheServersYes) {
  for (const bool by_project : {false, true}) {
    for (const bool by_server : {false, true}) {
      project.app_id_only = by_project;
      policy.app_id_only_allowed = by_server;
      const Errc expected = by_project && by_server ? Errc::ok : Errc::invalid_token;
      EXPECT_EQ(login("ann", ""), expected);
      EXPECT_EQ(login("ann", kAppId), expected);
      EXPECT_EQ(join(kChannel, "ann", ""), expected);
      EXPECT_EQ(login("ann", "something else"), Errc::invalid_token);
    }
  }
  EXPECT_EQ(check_login(project, "ann", "", now, policy)->expires_at, std::nullopt);
  // A token that is given is proved all the same.
  EXPECT_EQ(login("test_user", text_of("V5")), Errc::ok);
  EXPECT_EQ(login("other", text_of("V5")), Errc::invalid_token);
}

TEST_F(Check, DisabledAndDeletedProjectsLetNobodyIn) {
  project.disabled = true;
  EXPECT_EQ(login("test_user", text_of("V5")), Errc::login_rejected);
  EXPECT_EQ(join(kChannel, kUid, text_of("V2")), Errc::login_rejected);
  project.disabled = false;
  project.deleted_at = now;
  EXPECT_EQ(login("test_user", text_of("V5")), Errc::login_rejected);
}

TEST_F(Check, APlainTokenAllowsEverything) {
  const auto grant = check_login(project, "test_user", text_of("V5"), now);
  ASSERT_TRUE(grant);
  EXPECT_FALSE(grant->permissions.restricted());
  EXPECT_TRUE(grant->permissions.may_read(Resource::message_channels, "any"));
  EXPECT_TRUE(grant->permissions.may_write(Resource::users, "any"));
}

TEST_F(Check, ARestrictedTokenAllowsWhatItNamesAndNothingElse) {
  const auto grant = check_login(project, "test_user", text_of("V8"), now);
  ASSERT_TRUE(grant);
  const ResourcePermissions& may = grant->permissions;
  EXPECT_TRUE(may.restricted());
  EXPECT_TRUE(may.may_read(Resource::message_channels, "message-a"));
  EXPECT_TRUE(may.may_read(Resource::message_channels, "message-b"));
  EXPECT_FALSE(may.may_read(Resource::message_channels, "message-c"));
  EXPECT_FALSE(may.may_read(Resource::message_channels, "message-"));
  EXPECT_FALSE(may.may_write(Resource::message_channels, "message-a"));
  EXPECT_TRUE(may.may_write(Resource::stream_channels, "stream-a"));
  EXPECT_FALSE(may.may_read(Resource::stream_channels, "stream-a"));
  EXPECT_TRUE(may.may_read(Resource::users, "user-a"));
  EXPECT_FALSE(may.may_read(Resource::group_channels, "message-a"));
}

TEST_F(Check, AStarAtTheEndStandsForEveryEnding) {
  const ResourcePermissions may({{0, 0, {"room-*", "exact"}}, {4, 1, {"*"}}});
  EXPECT_TRUE(may.may_read(Resource::message_channels, "room-1"));
  EXPECT_TRUE(may.may_read(Resource::message_channels, "room-"));
  EXPECT_FALSE(may.may_read(Resource::message_channels, "room"));
  EXPECT_FALSE(may.may_read(Resource::message_channels, "exactly"));
  EXPECT_TRUE(may.may_write(Resource::users, "anyone"));
}

TEST_F(Check, RulesRestrictEvenBesideAPlainServiceAndEvenWhenTheyHaveEnded) {
  const std::vector<ResourceRule> rules{{0, 0, {"a"}}};
  const std::string both = made_of({service(Service::rtm, 600), service(Service::rtm2, 60, rules)}, 600);
  const auto grant = check_login(project, "ann", both, now);
  ASSERT_TRUE(grant);
  EXPECT_TRUE(grant->permissions.restricted());
  EXPECT_EQ(grant->expires_at, kIssue + seconds(60));
  now = kIssue + seconds(60);
  EXPECT_EQ(login("ann", both), Errc::token_expired);
  EXPECT_FALSE(check_login(project, "ann", made(Service::rtm2, 600, 600), kIssue)->permissions.may_read(
      Resource::message_channels, "a"));
}

TEST_F(Check, SeveralRestrictedServicesAddUpUntilTheFirstEnds) {
  const std::string text = made_of({service(Service::rtm2, 60, {{0, 0, {"a"}}}), service(Service::rtm2, 90, {{0, 1, {"b"}}}),
                                    service(Service::rtm2, 300, {{4, 0, {"c"}}})}, 600);
  auto grant = check_login(project, "ann", text, now);
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->expires_at, kIssue + seconds(60));
  EXPECT_TRUE(grant->permissions.may_read(Resource::message_channels, "a"));
  EXPECT_TRUE(grant->permissions.may_write(Resource::message_channels, "b"));
  grant = check_login(project, "ann", text, kIssue + seconds(60));
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->expires_at, kIssue + seconds(90));
  EXPECT_FALSE(grant->permissions.may_read(Resource::message_channels, "a"));
  EXPECT_TRUE(grant->permissions.may_read(Resource::users, "c"));
  grant = check_login(project, "ann", text, kIssue + seconds(300));
  ASSERT_FALSE(grant);
  EXPECT_EQ(grant.error().code, Errc::token_expired);
}

TEST_F(Check, ErrorsNeverHoldTheTokenOrTheCertificate) {
  for (const std::string& text : {made(Service::rtm, 600, 600, {}, kOther), std::string("007garbage"), std::string("x")}) {
    const auto grant = check_login(project, "ann", text, now);
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().detail.find(text), std::string::npos);
    EXPECT_EQ(grant.error().detail.find(kCertificate), std::string::npos);
  }
}

}  // namespace
}  // namespace postage::auth
