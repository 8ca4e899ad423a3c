#include "auth/seal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "auth/login_throttle.h"
#include "auth/roles.h"
#include "auth/test_store.h"

namespace postage::auth {
namespace {

struct SealTest : testing::Test {
  SealTest() {
    folder = std::filesystem::temp_directory_path() / ("postage_seal_" + system_entropy().hex(16));
    std::filesystem::create_directory(folder);
  }
  ~SealTest() override { std::filesystem::remove_all(folder); }
  std::string path() const { return folder / "auth.key"; }

  std::filesystem::path folder;
  CountingEntropy entropy;
};

TEST_F(SealTest, WhatIsSealedOpensInItsPlaceOnly) {
  const Seal seal = test_seal();
  const std::string sealed = seal.seal("secret", "project 1", entropy);
  EXPECT_EQ(seal.open(sealed, "project 1").value(), "secret");
  EXPECT_FALSE(seal.open(sealed, "project 2"));
  EXPECT_FALSE(test_seal(2).open(sealed, "project 1"));
  EXPECT_NE(seal.seal("secret", "project 1", entropy), sealed);
  EXPECT_EQ(seal.open(seal.seal("", "c", entropy), "c").value(), "");
}

TEST_F(SealTest, AnyChangeIsRefused) {
  const Seal seal = test_seal();
  const std::string sealed = seal.seal("secret", "c", entropy);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(seal.open(changed, "c")) << i;
    EXPECT_FALSE(seal.open(sealed.substr(0, i), "c")) << i;
  }
}

TEST_F(SealTest, TheKeyFileIsMadeOnceAndKept) {
  const auto first = Seal::open_key_file(path(), entropy);
  ASSERT_TRUE(first);
  struct stat state {};
  ASSERT_EQ(::stat(path().c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777, 0600u);
  const auto again = Seal::open_key_file(path(), entropy);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->open(first->seal("x", "c", entropy), "c").value(), "x");
}

TEST_F(SealTest, WrongKeyFilesAreNamed) {
  const auto with = [&](const std::string& text, int mode) {
    std::ofstream(path()) << text;
    ::chmod(path().c_str(), static_cast<mode_t>(mode));
    const auto seal = Seal::open_key_file(path(), entropy);
    if (seal) return std::string("opened");
    EXPECT_EQ(seal.error().code, Errc::invalid_config);
    EXPECT_NE(seal.error().detail.find(path()), std::string::npos);
    return seal.error().detail;
  };
  EXPECT_EQ(with(std::string(64, 'a'), 0600), "opened");
  EXPECT_EQ(with(std::string(64, 'a') + "\n", 0600), "opened");
  EXPECT_NE(with(std::string(63, 'a'), 0600), "opened");
  EXPECT_NE(with(std::string(65, 'a'), 0600), "opened");
  EXPECT_NE(with(std::string(64, 'g'), 0600), "opened");
  EXPECT_NE(with("", 0600), "opened");
  EXPECT_NE(with(std::string(64, 'a'), 0640), "opened");
  EXPECT_FALSE(Seal::open_key_file((folder / "missing" / "auth.key").string(), entropy));
}

TEST(Entropy, SaltsStayInTheirRangeAndDiffer) {
  std::uint32_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t salt = system_entropy().salt();
    EXPECT_GE(salt, 1u);
    EXPECT_LE(salt, 99'999'999u);
    EXPECT_NE(salt, last);
    last = salt;
  }
  EXPECT_EQ(system_entropy().hex(32).size(), 32u);
}

TEST(Throttle, RemembersABoundedNumberAndForgetsTheOldest) {
  LoginThrottle throttle({.failures_per_email = 1, .failures_per_address = 1000, .window = seconds(100), .entries_max = 10});
  Instant now = kTestStart;
  EXPECT_TRUE(throttle.admit("first@b.c", "a", now));
  EXPECT_FALSE(throttle.admit("first@b.c", "a", now));
  for (int i = 0; i < 20; ++i) {
    now += seconds(1);
    EXPECT_TRUE(throttle.admit("p" + std::to_string(i), "b" + std::to_string(i), now));
  }
  EXPECT_TRUE(throttle.admit("first@b.c", "a", now));  // Its window had to go.
  EXPECT_FALSE(throttle.admit("p19", "b19", now));
}

TEST(Roles, EveryRoleOfTheFileGrantsWhatItsRowsSay) {
  EXPECT_EQ(role_rows().size(), 9u);
  for (const RoleRow& row : role_rows()) {
    EXPECT_EQ(role_of(row.realm, row.name), row.role);
    EXPECT_EQ(role_of(row.realm == Realm::customer ? Realm::operators : Realm::customer, row.name), std::nullopt);
    EXPECT_TRUE(grants(row.role, Permission::account_read)) << row.name;
    EXPECT_EQ(grants(row.role, Permission::account_list), row.realm == Realm::operators) << row.name;
    EXPECT_EQ(grants(row.role, Permission::clock_move), row.role == Role::operator_) << row.name;
  }
  EXPECT_FALSE(grants(Role::viewer, Permission::bill_read));
  EXPECT_TRUE(grants(Role::billing, Permission::bill_read));
  EXPECT_FALSE(grants(Role::billing, Permission::project_write));
  EXPECT_FALSE(grants(Role::developer, Permission::bill_read));
}

TEST(Roles, NobodyGivesMoreThanHeHas) {
  EXPECT_TRUE(may_give(Role::owner, Role::owner));
  EXPECT_TRUE(may_give(Role::owner, Role::billing));
  EXPECT_TRUE(may_give(Role::admin, Role::admin));
  EXPECT_FALSE(may_give(Role::admin, Role::owner));
  EXPECT_FALSE(may_give(Role::developer, Role::billing));
  EXPECT_FALSE(may_give(Role::billing, Role::developer));
  EXPECT_TRUE(may_give(Role::billing, Role::viewer));
  EXPECT_FALSE(may_give(Role::owner, Role::read_only));
  EXPECT_TRUE(may_give(Role::operator_, Role::finance));
  EXPECT_TRUE(may_give(Role::operator_, Role::owner));
  EXPECT_FALSE(may_give(Role::finance, Role::operator_));
  EXPECT_FALSE(may_give(Role::support, Role::viewer));
}

}  // namespace
}  // namespace postage::auth
