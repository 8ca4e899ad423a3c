#include "auth/credentials.h"

#include <gtest/gtest.h>

#include "auth/test_store.h"

namespace postage::auth {
namespace {

constexpr std::string_view kPassword = "correct horse battery";

struct CredentialsTest : testing::Test {
  CredentialsTest() {
    credentials = make({.password_cost = {1, 8}});
    directory = std::move(Directory::open(*database, seal, entropy)).value();
    acme = directory->create_account({.name = "Acme", .email = "a@b.c"}, actor, now)->id;
    other = directory->create_account({.name = "Other", .email = "o@b.c"}, actor, now)->id;
    ann = credentials->create_person({.email = "Ann@Example.com", .name = "Ann", .password = std::string(kPassword)}, actor, now)->id;
    credentials->set_member(acme, ann, Role::owner, actor, now).value();
  }
  std::unique_ptr<Credentials> make(Credentials::Settings settings) {
    return std::make_unique<Credentials>(*database, entropy, settings);
  }
  Errc log_in(std::string_view email, std::string_view password, std::string_view address = "10.0.0.1") {
    const auto done = credentials->log_in(email, password, address, now);
    return done ? Errc::ok : done.error().code;
  }
  Errc ask(std::string_view bearer) {
    const auto who = credentials->authenticate(bearer, now);
    return who ? Errc::ok : who.error().code;
  }

  CountingEntropy entropy;
  Seal seal = test_seal();
  std::unique_ptr<db::Database> database = test_database();
  std::unique_ptr<Credentials> credentials;
  std::unique_ptr<Directory> directory;
  Actor actor = Actor::system("test");
  Instant now = kTestStart;
  AccountId acme, other;
  PersonId ann;
};

TEST_F(CredentialsTest, ARightPasswordOpensASession) {
  const auto login = credentials->log_in("ann@example.COM", kPassword, "10.0.0.1", now);
  ASSERT_TRUE(login);
  EXPECT_EQ(login->token.size(), 46u);
  EXPECT_TRUE(login->token.starts_with("ps_"));
  EXPECT_EQ(login->expires_at, now + std::chrono::hours(12));
  EXPECT_EQ(login->person.memberships, (std::vector{Membership{acme, Role::owner}}));
  const auto who = credentials->authenticate(login->token, now);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->name, "ann@example.com");
  EXPECT_TRUE(may(*who, Permission::project_write, acme));
  EXPECT_FALSE(may(*who, Permission::account_read, other));
  EXPECT_FALSE(may(*who, Permission::account_list, AccountId{}));
}

TEST_F(CredentialsTest, WrongOnesAreRefusedAlike) {
  const auto wrong_password = credentials->log_in("ann@example.com", "wrong password", "a", now);
  const auto wrong_email = credentials->log_in("bob@example.com", kPassword, "a", now);
  ASSERT_FALSE(wrong_password);
  ASSERT_FALSE(wrong_email);
  EXPECT_EQ(wrong_password.error(), wrong_email.error());
  EXPECT_EQ(log_in("ann@example.com", ""), Errc::unauthorized);
  EXPECT_EQ(log_in("ann@example.com", std::string(5000, 'x')), Errc::unauthorized);
  EXPECT_EQ(log_in(std::string(5000, 'x'), kPassword), Errc::unauthorized);
}

TEST_F(CredentialsTest, ASessionEndsAtItsInstantAndAtLogOut) {
  const std::string token = credentials->log_in("ann@example.com", kPassword, "a", now)->token;
  const Instant start = now;
  now = start + std::chrono::hours(12) - milliseconds(1);
  EXPECT_EQ(ask(token), Errc::ok);
  now = start + std::chrono::hours(12);
  EXPECT_EQ(ask(token), Errc::unauthorized);
  now = start;
  ASSERT_TRUE(credentials->log_out(token, now));
  EXPECT_EQ(ask(token), Errc::unauthorized);
  EXPECT_TRUE(credentials->log_out(token, now));
  EXPECT_TRUE(credentials->log_out("ps_unknown", now));
}

TEST_F(CredentialsTest, ANewPasswordAndDisablingEndSessions) {
  std::string token = credentials->log_in("ann@example.com", kPassword, "a", now)->token;
  ASSERT_TRUE(credentials->set_password(ann, "another password", actor, now));
  EXPECT_EQ(ask(token), Errc::unauthorized);
  EXPECT_EQ(log_in("ann@example.com", kPassword), Errc::unauthorized);
  token = credentials->log_in("ann@example.com", "another password", "a", now)->token;
  EXPECT_EQ(ask(token), Errc::ok);
  ASSERT_TRUE(credentials->set_disabled(ann, true, actor, now));
  EXPECT_EQ(ask(token), Errc::unauthorized);
  EXPECT_EQ(log_in("ann@example.com", "another password"), Errc::unauthorized);
  ASSERT_TRUE(credentials->set_disabled(ann, false, actor, now));
  token = credentials->log_in("ann@example.com", "another password", "a", now)->token;
  ASSERT_TRUE(credentials->log_out_all(ann, actor, now));
  EXPECT_EQ(ask(token), Errc::unauthorized);
}

TEST_F(CredentialsTest, GuessingIsSlowedPerEmail) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(log_in("ann@example.com", "wrong password", std::to_string(i)), Errc::unauthorized);
  const auto held = credentials->log_in("ann@example.com", kPassword, "elsewhere", now);
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, Errc::rate_limited);
  EXPECT_EQ(held.error().detail, "too many failed log-ins; wait 300 s");
  now += seconds(300) - milliseconds(1);
  EXPECT_EQ(log_in("ann@example.com", kPassword), Errc::rate_limited);
  now += milliseconds(1);
  EXPECT_EQ(log_in("ann@example.com", kPassword), Errc::ok);
}

TEST_F(CredentialsTest, GuessingIsSlowedPerAddress) {
  for (int i = 0; i < 50; ++i) EXPECT_EQ(log_in("p" + std::to_string(i) + "@b.c", "wrong password"), Errc::unauthorized);
  EXPECT_EQ(log_in("ann@example.com", kPassword), Errc::rate_limited);
  EXPECT_EQ(log_in("ann@example.com", kPassword, "10.0.0.2"), Errc::ok);
}

TEST_F(CredentialsTest, RightPasswordsDoNotCountAsGuesses) {
  for (int i = 0; i < 60; ++i) ASSERT_EQ(log_in("ann@example.com", kPassword), Errc::ok);
}

TEST_F(CredentialsTest, NoSecretIsStored) {
  const std::string token = credentials->log_in("ann@example.com", kPassword, "a", now)->token;
  const std::string key = credentials->create_key(acme, "ci", Role::developer, actor, now)->secret;
  const std::string store = dump(*database, "person", "password_hash") + dump(*database, "login_session", "hash") +
                            dump(*database, "api_key", "secret_hash") + dump(*database, "audit_event", "details");
  EXPECT_EQ(store.find(kPassword), std::string::npos);
  EXPECT_EQ(store.find(token.substr(3)), std::string::npos);
  EXPECT_EQ(store.find(key.substr(key.find('.') + 1)), std::string::npos);
  EXPECT_NE(store.find("$argon2id$v=19$m=8,t=1,p=1$"), std::string::npos);
}

TEST_F(CredentialsTest, AHashOfAnotherCostIsMadeAgainAtTheNextLogIn) {
  credentials = make({.password_cost = {2, 16}});
  EXPECT_EQ(log_in("ann@example.com", "wrong password"), Errc::unauthorized);
  EXPECT_NE(dump(*database, "person", "password_hash").find("$m=8,t=1,"), std::string::npos);
  EXPECT_EQ(log_in("ann@example.com", kPassword), Errc::ok);
  EXPECT_NE(dump(*database, "person", "password_hash").find("$m=16,t=2,"), std::string::npos);
  EXPECT_EQ(log_in("ann@example.com", kPassword), Errc::ok);
}

TEST_F(CredentialsTest, TheProductsPasswordCostIsTheRecommendedOne) {
  const auto hash = hash_password("some password", PasswordCost{}, entropy);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(password_fits("some password", *hash));
  EXPECT_FALSE(password_fits("some passwore", *hash));
  EXPECT_FALSE(password_fits("some password", "not a hash"));
}

TEST_F(CredentialsTest, KeysOpenOneAccountWithOneRole) {
  const auto key = credentials->create_key(acme, "ci", Role::admin, actor, now);
  ASSERT_TRUE(key);
  const auto who = credentials->authenticate(key->secret, now);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->kind, Principal::Kind::key);
  EXPECT_TRUE(may(*who, Permission::project_write, acme));
  EXPECT_FALSE(may(*who, Permission::project_read, other));
  EXPECT_FALSE(may(*who, Permission::key_write, acme));
  EXPECT_FALSE(may(*who, Permission::member_write, acme));
  ASSERT_TRUE(credentials->revoke_key(acme, key->info.id, actor, now));
  EXPECT_EQ(ask(key->secret), Errc::unauthorized);
  EXPECT_EQ(credentials->revoke_key(acme, key->info.id, actor, now).error().code, Errc::not_found);
  EXPECT_EQ(credentials->keys_of(acme)->at(0).revoked_at, now);
}

TEST_F(CredentialsTest, AKeyIsRevokedByItsOwnAccountOnly) {
  const auto key = credentials->create_key(acme, "ci", Role::viewer, actor, now);
  EXPECT_EQ(credentials->revoke_key(other, key->info.id, actor, now).error().code, Errc::not_found);
  EXPECT_EQ(ask(key->secret), Errc::ok);
  EXPECT_TRUE(credentials->keys_of(other)->empty());
}

TEST_F(CredentialsTest, KeysOfOwnersOperatorsAndOfNobodyAreNotMade) {
  EXPECT_EQ(credentials->create_key(acme, "k", Role::owner, actor, now).error().code, Errc::bad_request);
  EXPECT_EQ(credentials->create_key(acme, "k", Role::operator_, actor, now).error().code, Errc::bad_request);
  EXPECT_EQ(credentials->create_key(acme, "", Role::viewer, actor, now).error().code, Errc::bad_request);
  EXPECT_EQ(credentials->create_key(AccountId{99}, "k", Role::viewer, actor, now).error().code, Errc::no_account);
}

TEST_F(CredentialsTest, LastUseIsKeptToAMinute) {
  const auto key = credentials->create_key(acme, "ci", Role::viewer, actor, now);
  const auto last = [&] { return credentials->keys_of(acme)->at(0).last_used_at; };
  EXPECT_EQ(last(), std::nullopt);
  const Instant first = now;
  EXPECT_EQ(ask(key->secret), Errc::ok);
  EXPECT_EQ(last(), first);
  now = first + seconds(59);
  EXPECT_EQ(ask(key->secret), Errc::ok);
  EXPECT_EQ(last(), first);
  now = first + seconds(60);
  EXPECT_EQ(ask(key->secret), Errc::ok);
  EXPECT_EQ(last(), now);
}

TEST_F(CredentialsTest, MisshapenBearersAreRefused) {
  const std::string secret = credentials->create_key(acme, "ci", Role::viewer, actor, now)->secret;
  const std::string rest = secret.substr(secret.find('.') + 1);
  for (const std::string& bad : {std::string(), std::string("ps_"), std::string("pk_"), "pk_1" + rest, "pk_." + rest, "pk_0." + rest,
                                 "pk_-1." + rest, "pk_2." + rest, "pk_ 1." + rest, "pk_1." + rest + "x", "pk_99999999999999999999." + rest,
                                 "pk_1." + std::string(43, 'A'), "xx_1." + rest, std::string(100'000, 'p')}) {
    EXPECT_EQ(ask(bad), Errc::unauthorized) << bad.substr(0, 60);
  }
  EXPECT_EQ(ask(secret), Errc::ok);
}

TEST_F(CredentialsTest, PeopleAreChecked) {
  const auto code = [&](NewPerson person) {
    const auto made = credentials->create_person(person, actor, now);
    return made ? Errc::ok : made.error().code;
  };
  EXPECT_EQ(code({"ann@EXAMPLE.com", "Ann 2", "long enough pw", {}}), Errc::conflict);
  EXPECT_EQ(code({"not an address", "Bob", "long enough pw", {}}), Errc::bad_request);
  EXPECT_EQ(code({"bob@b.c", "", "long enough pw", {}}), Errc::bad_request);
  EXPECT_EQ(code({"bob@b.c", "Bob", "123456789", {}}), Errc::bad_request);
  EXPECT_EQ(code({"bob@b.c", "Bob", "1234567890", Role::admin}), Errc::bad_request);
  EXPECT_EQ(code({"bob@b.c", "Bob", "1234567890", {}}), Errc::ok);
  EXPECT_EQ(credentials->person_by_email("BOB@b.c")->name, "Bob");
  EXPECT_EQ(credentials->person_by_email("x@b.c").error().code, Errc::not_found);
  EXPECT_EQ(credentials->person(PersonId{99}).error().code, Errc::not_found);
}

TEST_F(CredentialsTest, OperatorsAreASeparateRealm) {
  const auto op = credentials->create_person({"op@b.c", "Op", "1234567890", Role::support}, actor, now);
  ASSERT_TRUE(op);
  EXPECT_EQ(credentials->set_member(acme, op->id, Role::viewer, actor, now).error().code, Errc::forbidden);
  EXPECT_EQ(credentials->set_member(acme, ann, Role::support, actor, now).error().code, Errc::bad_request);
  const auto who = credentials->authenticate(credentials->log_in("op@b.c", "1234567890", "a", now)->token, now);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->realm(), Realm::operators);
  EXPECT_TRUE(may(*who, Permission::account_list, AccountId{}));
  EXPECT_TRUE(may(*who, Permission::account_read, acme));
  EXPECT_FALSE(may(*who, Permission::project_write, acme));
  EXPECT_EQ(credentials->operators()->size(), 1u);
}

TEST_F(CredentialsTest, TheLastOwnerStays) {
  EXPECT_EQ(credentials->remove_member(acme, ann, actor, now).error().code, Errc::conflict);
  EXPECT_EQ(credentials->set_member(acme, ann, Role::viewer, actor, now).error().code, Errc::conflict);
  const PersonId bob = credentials->create_person({"bob@b.c", "Bob", "1234567890", {}}, actor, now)->id;
  ASSERT_TRUE(credentials->set_member(acme, bob, Role::owner, actor, now));
  ASSERT_TRUE(credentials->set_member(other, bob, Role::billing, actor, now));
  EXPECT_EQ(credentials->person(bob)->memberships, (std::vector{Membership{acme, Role::owner}, Membership{other, Role::billing}}));
  ASSERT_TRUE(credentials->remove_member(acme, ann, actor, now));
  EXPECT_EQ(credentials->people_of(acme)->size(), 1u);
  EXPECT_EQ(credentials->remove_member(acme, ann, actor, now).error().code, Errc::not_found);
  EXPECT_EQ(credentials->set_member(AccountId{99}, ann, Role::viewer, actor, now).error().code, Errc::no_account);
}

TEST_F(CredentialsTest, SweepingRemovesOldSessionsOnly) {
  const std::string token = credentials->log_in("ann@example.com", kPassword, "a", now)->token;
  now += std::chrono::hours(36);
  EXPECT_EQ(credentials->sweep(now).value(), 0);
  EXPECT_EQ(credentials->sweep(now + milliseconds(1)).value(), 1);
}

TEST_F(CredentialsTest, WhatPeopleDoIsInTheAuditLog) {
  const std::string token = credentials->log_in("ann@example.com", kPassword, "10.1.2.3", now)->token;
  ASSERT_TRUE(credentials->log_out(token, now));
  AuditLog log(*database);
  const auto events = log.list({}).value();
  EXPECT_EQ(events[0].action, "session.end");
  EXPECT_EQ(events[1].action, "session.begin");
  EXPECT_EQ(events[1].actor.name, "ann@example.com");
  EXPECT_EQ(events[1].details, R"({"address":"10.1.2.3"})");
  EXPECT_TRUE(log.verify());
}

}  // namespace
}  // namespace postage::auth
