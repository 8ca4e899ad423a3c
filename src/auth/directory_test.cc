#include "auth/directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "auth/test_store.h"
#include "auth/token.h"

namespace postage::auth {
namespace {

struct DirectoryTest : testing::Test {
  DirectoryTest() { reopen(); }

  void reopen() { directory = std::move(Directory::open(*database, seal, entropy)).value(); }
  AccountId account(std::string name = "Acme") {
    return directory->create_account({.name = std::move(name), .email = "acme@example.com"}, actor, now)->id;
  }
  Result<ProjectInfo> project(AccountId owner, std::string name) {
    NewProject fields;
    fields.account = owner;
    fields.name = std::move(name);
    return directory->create_project(fields, actor, now);
  }
  std::int64_t audit_events() { return AuditLog(*database).verify().value(); }

  CountingEntropy entropy;
  Seal seal = test_seal();
  std::unique_ptr<db::Database> database = test_database();
  std::unique_ptr<Directory> directory;
  Actor actor = Actor::system("test");
  Instant now = kTestStart;
};

TEST_F(DirectoryTest, AnAccountIsStoredAndSeen) {
  const AccountId id = account();
  reopen();
  const AccountInfo* found = directory->snapshot()->account(id);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->name, "Acme");
  EXPECT_EQ(found->email, "acme@example.com");
  EXPECT_EQ(found->locale, "en");
  EXPECT_EQ(found->catalogue, "cn26");
  EXPECT_EQ(found->plan, "free");
  EXPECT_FALSE(found->suspended);
  EXPECT_EQ(found->created_at, now);
}

TEST_F(DirectoryTest, WrongFieldsOfAnAccountAreNamed) {
  const NewAccount good{.name = "A", .email = "a@b.c"};
  ASSERT_TRUE(directory->create_account(good, actor, now));
  const auto field_of = [&](auto&& spoil) {
    NewAccount bad = good;
    spoil(bad);
    const auto made = directory->create_account(bad, actor, now);
    if (made) return std::string("made");
    EXPECT_EQ(made.error().code, Errc::bad_request);
    return made.error().detail.substr(0, made.error().detail.find(':'));
  };
  for (const char* name : {"", " a", "a ", "a\nb", "a\x7f", "\xff", "\xC0\x80", "a\xE2\x80\xAEz"}) {
    EXPECT_EQ(field_of([&](NewAccount& a) { a.name = name; }), "name") << name;
  }
  EXPECT_EQ(field_of([](NewAccount& a) { a.name = std::string(201, 'x'); }), "name");
  EXPECT_EQ(field_of([](NewAccount& a) { a.name = std::string(200, 'x'); }), "made");
  EXPECT_EQ(field_of([](NewAccount& a) { a.name = "邮资有限公司"; }), "made");
  for (const char* email : {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>", "a,b@c", "a..b@c", "a@.c", "a@-c", "é@b.c"}) {
    EXPECT_EQ(field_of([&](NewAccount& a) { a.email = email; }), "email") << email;
  }
  EXPECT_EQ(field_of([](NewAccount& a) { a.email = std::string(65, 'a') + "@b"; }), "email");
  EXPECT_EQ(field_of([](NewAccount& a) { a.locale = "fr"; }), "locale");
  EXPECT_EQ(field_of([](NewAccount& a) { a.plan = "Free Plan"; }), "plan");
  EXPECT_EQ(field_of([](NewAccount& a) { a.catalogue = ""; }), "catalogue");
}

TEST_F(DirectoryTest, ChangesAreSeenAtOnceAndAfterAReopen) {
  const AccountId id = account();
  const SnapshotRef before = directory->snapshot();
  ASSERT_TRUE(directory->change_account(id, {.plan = "basic", .suspended = true}, actor, now));
  EXPECT_EQ(before->account(id)->plan, "free");  // Whoever holds a snapshot keeps what it saw.
  EXPECT_GT(directory->snapshot()->version(), before->version());
  reopen();
  EXPECT_EQ(directory->snapshot()->account(id)->plan, "basic");
  EXPECT_TRUE(directory->snapshot()->account(id)->suspended);
  EXPECT_EQ(directory->change_account(AccountId{99}, {}, actor, now).error().code, Errc::no_account);
}

TEST_F(DirectoryTest, AChangeThatChangesNothingIsNoEvent) {
  const AccountId id = account();
  const std::int64_t events = audit_events();
  const std::uint64_t version = directory->version();
  ASSERT_TRUE(directory->change_account(id, {.name = "Acme"}, actor, now));
  EXPECT_EQ(audit_events(), events);
  EXPECT_EQ(directory->version(), version);
}

TEST_F(DirectoryTest, ManyAccountsChangeInOneVersionOrNotAtAll) {
  const AccountId one = account("One"), two = account("Two"), three = account("Three");
  const std::uint64_t version = directory->version();
  const std::int64_t events = audit_events();
  const std::vector<std::pair<AccountId, AccountChange>> changes{
      {one, {.plan = "basic"}}, {two, {.plan = "free"}}, {three, {.catalogue = "us25", .plan = "pro"}}, {one, {.plan = "premium"}}};
  ASSERT_TRUE(directory->change_accounts(changes, actor, now));
  EXPECT_EQ(directory->version(), version + 1);
  EXPECT_EQ(audit_events(), events + 3) << "the second stays as it is; the first changes twice";
  for (int round = 0; round < 2; ++round) {
    const SnapshotRef held = directory->snapshot();
    EXPECT_EQ(held->account(one)->plan, "premium");
    EXPECT_EQ(held->account(two)->plan, "free");
    EXPECT_EQ(held->account(three)->plan, "pro");
    EXPECT_EQ(held->account(three)->catalogue, "us25");
    reopen();
  }
  const std::vector<std::pair<AccountId, AccountChange>> unknown{{two, {.plan = "basic"}}, {AccountId{99}, {.plan = "basic"}}};
  EXPECT_EQ(directory->change_accounts(unknown, actor, now).error().code, Errc::no_account);
  const std::vector<std::pair<AccountId, AccountChange>> wrong{{two, {.plan = "basic"}}, {one, {.plan = "No Plan"}}};
  EXPECT_EQ(directory->change_accounts(wrong, actor, now).error().code, Errc::bad_request);
  EXPECT_EQ(directory->snapshot()->account(two)->plan, "free");
  ASSERT_TRUE(directory->change_accounts({}, actor, now));
  EXPECT_EQ(directory->version(), version + 1);
}

TEST_F(DirectoryTest, LimitsOfAnAccountHoldOverThoseOfItsProjects) {
  const AccountId one = account("One"), two = account("Two");
  const ProjectId chat = project(one, "chat")->id, other = project(two, "other")->id;
  const std::uint64_t since = directory->snapshot()->project(other)->in_force_since;
  ASSERT_TRUE(directory->change_project(chat, {.limits = {{"publish_per_second_max", 100}}}, actor, now));
  const std::uint64_t version = directory->version();
  const std::int64_t events = audit_events();
  ASSERT_TRUE(directory->set_account_limits(one, {{"publish_per_second_max", 5000}, {"message_bytes_max", 65'536}}));
  EXPECT_EQ(directory->version(), version + 1);
  const auto shown = [&](ProjectId id) { return *directory->snapshot()->project(id); };
  EXPECT_EQ(shown(chat).limits.publish_per_second_max, 100);
  EXPECT_EQ(shown(chat).in_force.publish_per_second_max, 5000);
  EXPECT_EQ(shown(chat).in_force.message_bytes_max, 65'536);
  EXPECT_EQ(shown(chat).in_force.calls_per_second_max, ProjectLimits{}.calls_per_second_max);
  EXPECT_EQ(shown(chat).in_force_since, version + 1);
  EXPECT_EQ(shown(other).in_force, ProjectLimits{});
  EXPECT_EQ(shown(other).in_force_since, since);
  // What the project sets meanwhile is kept and shown, but does not hold; a new project has the account's limits too.
  const auto changed = directory->change_project(chat, {.limits = {{"publish_per_second_max", 200}}}, actor, now);
  EXPECT_EQ(changed->limits.publish_per_second_max, 200);
  EXPECT_EQ(changed->in_force.publish_per_second_max, 5000);
  EXPECT_EQ(shown(chat).in_force_since, version + 1);
  EXPECT_EQ(project(one, "game")->in_force.message_bytes_max, 65'536);
  const std::uint64_t later = directory->version();
  ASSERT_TRUE(directory->set_account_limits(one, directory->snapshot()->account_limits(one)));
  EXPECT_EQ(directory->version(), later);
  ASSERT_TRUE(directory->set_account_limits(one, {}));
  EXPECT_EQ(shown(chat).in_force.publish_per_second_max, 200);
  EXPECT_EQ(audit_events(), events + 2) << "the contract's change is recorded where it is made";
  EXPECT_EQ(directory->set_account_limits(one, {{"message_bytes_max", 0}}).error().detail.find("limits.message_bytes_max: "), 0U);
}

TEST_F(DirectoryTest, AnotherProcesssChangeKeepsTheLimitsOfAccounts) {
  const AccountId one = account();
  const ProjectId chat = project(one, "chat")->id;
  ASSERT_TRUE(directory->set_account_limits(one, {{"rest_per_second_max", 9}}));
  const auto elsewhere = std::move(Directory::open(*database, seal, entropy)).value();
  ASSERT_TRUE(elsewhere->change_account(one, {.name = "Renamed"}, actor, now));
  ASSERT_TRUE(*directory->refresh());
  EXPECT_EQ(directory->snapshot()->account(one)->name, "Renamed");
  EXPECT_EQ(directory->snapshot()->project(chat)->in_force.rest_per_second_max, 9);
  EXPECT_FALSE(*directory->refresh());
  ASSERT_TRUE(directory->change_project(chat, {.name = "talk"}, actor, now)) << "the store's version is counted on";
  EXPECT_EQ(directory->snapshot()->project(chat)->in_force.rest_per_second_max, 9);
}

TEST_F(DirectoryTest, AccountsAreFoundBehindAnother) {
  std::vector<AccountId> made;
  for (int i = 0; i < 5; ++i) made.push_back(account("A" + std::to_string(i)));
  const SnapshotRef held = directory->snapshot();
  const auto some = held->accounts_after(made[1], 2);
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0]->id, made[2]);
  EXPECT_EQ(some[1]->id, made[3]);
  EXPECT_TRUE(held->accounts_after(made[4], 2).empty());
  EXPECT_TRUE(held->accounts_after({}, 0).empty());
  EXPECT_EQ(held->accounts().size(), 5U);
}

TEST_F(DirectoryTest, AProjectGetsAnAppIdAndAPrimaryCertificate) {
  const auto made = project(account(), "chat");
  ASSERT_TRUE(made);
  EXPECT_TRUE(valid_hex32(made->app_id.text));
  EXPECT_TRUE(valid_hex32(made->certificate(CertificateSlot::primary).text));
  EXPECT_TRUE(made->certificate(CertificateSlot::primary).usable());
  EXPECT_FALSE(made->certificate(CertificateSlot::secondary).exists());
  EXPECT_EQ(made->limits, ProjectLimits{});
  reopen();
  const SnapshotRef held = directory->snapshot();
  const ProjectInfo* found = held->find(made->app_id.text);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, made->id);
  EXPECT_EQ(found->certificate(CertificateSlot::primary).text, made->certificate(CertificateSlot::primary).text);
  EXPECT_EQ(held->project(made->id), found);
  EXPECT_EQ(held->projects_of(made->account), std::vector{found});
}

TEST_F(DirectoryTest, AppIdAndCertificateMayBeBroughtAlong) {
  NewProject fields;
  fields.account = account();
  fields.name = "moved";
  fields.app_id = "970CA35de60c44645bbae8a215061b33";
  fields.certificate = "5CFd2fd1755d40ecb72977518be15d3b";
  ASSERT_TRUE(directory->create_project(fields, actor, now));
  EXPECT_EQ(directory->snapshot()->find(fields.app_id)->certificates[0].text, fields.certificate);
  fields.name = "again";
  EXPECT_EQ(directory->create_project(fields, actor, now).error().code, Errc::conflict);
  fields.app_id = "970CA35de60c44645bbae8a215061b3";
  EXPECT_EQ(directory->create_project(fields, actor, now).error().code, Errc::bad_request);
}

TEST_F(DirectoryTest, WrongFieldsOfAProjectAreRefused) {
  const AccountId owner = account();
  EXPECT_EQ(project(AccountId{99}, "x").error().code, Errc::no_account);
  EXPECT_EQ(project(owner, "").error().code, Errc::bad_request);
  ASSERT_TRUE(project(owner, "x"));
  EXPECT_EQ(project(owner, "x").error().code, Errc::conflict);
  EXPECT_TRUE(project(account("Other"), "x"));
  NewProject closed;
  closed.account = owner;
  closed.name = "nobody can log in";
  closed.with_certificate = false;
  EXPECT_EQ(directory->create_project(closed, actor, now).error().code, Errc::bad_request);
  closed.app_id_only = true;
  EXPECT_TRUE(directory->create_project(closed, actor, now));
}

TEST_F(DirectoryTest, LimitsHaveHardBounds) {
  const ProjectId id = project(account(), "chat")->id;
  const auto set = [&](std::string name, std::int64_t value) {
    return directory->change_project(id, {.limits = {{std::move(name), value}}}, actor, now);
  };
  EXPECT_TRUE(set("message_bytes_max", 1));
  EXPECT_TRUE(set("message_bytes_max", limits::message_bytes_hard_max));
  EXPECT_EQ(set("message_bytes_max", 0).error().detail, "limits.message_bytes_max: must be 1 to 1048576");
  EXPECT_EQ(set("message_bytes_max", limits::message_bytes_hard_max + 1).error().code, Errc::bad_request);
  EXPECT_EQ(set("no_such", 1).error().detail, "limits.no_such: there is no such limit");
  EXPECT_TRUE(set("flush_gap_ms", 10));
  reopen();
  const ProjectLimits& stored = directory->snapshot()->project(id)->limits;
  EXPECT_EQ(stored.message_bytes_max, limits::message_bytes_hard_max);
  EXPECT_EQ(stored.flush_gap_ms, 10);
  EXPECT_EQ(stored.publish_per_second_max, limits::publish_per_second_max);
  // Every row: its bounds are accepted, one beyond is not.
  for (const auto& [name, value] : limit_values(ProjectLimits{})) {
    EXPECT_TRUE(with_limits({}, {{name, value}})) << name;
    EXPECT_FALSE(with_limits({}, {{name, -1}})) << name;
    EXPECT_FALSE(with_limits({}, {{name, INT64_MAX}})) << name;
  }
}

TEST_F(DirectoryTest, ADeletedProjectIsGoneByAppIdButStaysForBilling) {
  const auto made = project(account(), "chat");
  ASSERT_TRUE(directory->delete_project(made->id, actor, now));
  for (int round = 0; round < 2; ++round, reopen()) {
    const SnapshotRef held = directory->snapshot();
    EXPECT_EQ(held->find(made->app_id.text), nullptr);
    ASSERT_NE(held->project(made->id), nullptr);
    EXPECT_EQ(held->project(made->id)->deleted_at, now);
    EXPECT_FALSE(held->project(made->id)->certificates[0].exists());
    EXPECT_TRUE(held->projects_of(made->account).empty());
    EXPECT_EQ(held->all_projects_of(made->account).size(), 1u);
  }
  EXPECT_EQ(directory->delete_project(made->id, actor, now).error().code, Errc::not_found);
  EXPECT_EQ(directory->change_project(made->id, {.name = "x"}, actor, now).error().code, Errc::not_found);
  EXPECT_TRUE(project(made->account, "chat"));  // The name is free again, the App ID is not.
  NewProject again;
  again.account = made->account;
  again.name = "again";
  again.app_id = made->app_id.text;
  EXPECT_EQ(directory->create_project(again, actor, now).error().code, Errc::conflict);
}

TEST_F(DirectoryTest, CertificatesRotateSwapAndGo) {
  const auto made = project(account(), "chat");
  const std::string first = made->certificates[0].text;
  const auto code = [](const Result<ProjectInfo>& result) { return result ? Errc::ok : result.error().code; };
  EXPECT_EQ(code(directory->delete_certificate(made->id, CertificateSlot::primary, actor, now)), Errc::conflict);
  EXPECT_EQ(code(directory->swap_certificates(made->id, actor, now)), Errc::conflict);
  EXPECT_EQ(code(directory->enable_certificate(made->id, CertificateSlot::secondary, true, actor, now)), Errc::not_found);

  now += seconds(1);
  const auto rotated = directory->rotate_certificate(made->id, CertificateSlot::secondary, actor, now);
  ASSERT_TRUE(rotated);
  const std::string second = rotated->certificates[1].text;
  EXPECT_TRUE(valid_hex32(second));
  EXPECT_NE(second, first);
  EXPECT_EQ(rotated->certificates[1].created_at, now);
  EXPECT_EQ(rotated->certificates[0].text, first);

  ASSERT_TRUE(directory->swap_certificates(made->id, actor, now));
  EXPECT_EQ(directory->snapshot()->project(made->id)->certificates[0].text, second);
  ASSERT_TRUE(directory->enable_certificate(made->id, CertificateSlot::secondary, false, actor, now));
  EXPECT_FALSE(directory->snapshot()->project(made->id)->certificates[1].usable());
  ASSERT_TRUE(directory->delete_certificate(made->id, CertificateSlot::secondary, actor, now));
  reopen();
  EXPECT_EQ(directory->snapshot()->project(made->id)->certificates[0].text, second);
  EXPECT_FALSE(directory->snapshot()->project(made->id)->certificates[1].exists());
}

TEST_F(DirectoryTest, CertificatesAreNotReadableInTheStoreNorInTheLog) {
  const auto made = project(account(), "chat");
  const std::string text = made->certificates[0].text;
  EXPECT_EQ(dump(*database, "project_certificate", "sealed").find(text), std::string::npos);
  EXPECT_NE(dump(*database, "project_certificate", "sealed"), "");
  EXPECT_EQ(dump(*database, "audit_event", "details").find(text), std::string::npos);
  const Seal other = test_seal(2);
  const auto wrong = Directory::open(*database, other, entropy);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::corrupt_record);
}

TEST_F(DirectoryTest, EveryWriteIsAuditedWithWhoAndWhat) {
  actor = {Actor::Kind::person, 5, "ann@example.com"};
  const auto made = project(account(), "chat");
  ASSERT_TRUE(directory->change_project(made->id, {.name = "talk", .disabled = true}, actor, now + seconds(3)));
  const auto events = AuditLog(*database).list({.account = made->account});
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3u);
  const AuditEvent& last = (*events)[0];
  EXPECT_EQ(last.action, "project.change");
  EXPECT_EQ(last.at, now + seconds(3));
  EXPECT_EQ(last.actor.name, "ann@example.com");
  EXPECT_EQ(last.project, made->id);
  EXPECT_EQ(last.details, R"({"disabled":"false -> true","name":"chat -> talk"})");
  EXPECT_EQ((*events)[1].action, "project.create");
  EXPECT_EQ((*events)[2].action, "account.create");
}

TEST_F(DirectoryTest, ListenersHearEveryVersionInOrder) {
  struct Listener final : DirectoryListener {
    std::vector<std::uint64_t> versions;
    void directory_changed(const SnapshotRef& now) override { versions.push_back(now->version()); }
  } listener;
  directory->listen(listener);
  const std::uint64_t before = directory->version();
  const AccountId owner = account();
  ASSERT_TRUE(project(owner, "a"));
  EXPECT_FALSE(project(owner, "a"));
  ASSERT_TRUE(project(owner, "b"));
  EXPECT_EQ(listener.versions, (std::vector{before + 1, before + 2, before + 3}));
}

TEST_F(DirectoryTest, AnotherProcesssChangesAreSeenAndNotOverwritten) {
  const auto other = std::move(Directory::open(*database, seal, entropy)).value();
  const AccountId id = account();
  EXPECT_EQ(other->snapshot()->account(id), nullptr);
  EXPECT_EQ(other->refresh().value(), true);
  EXPECT_EQ(other->refresh().value(), false);
  ASSERT_NE(other->snapshot()->account(id), nullptr);
  ASSERT_TRUE(other->change_account(id, {.plan = "premium"}, actor, now));
  // This one has not refreshed; its change of another field keeps the plan.
  ASSERT_TRUE(directory->change_account(id, {.name = "Acme 2"}, actor, now));
  EXPECT_EQ(directory->snapshot()->account(id)->plan, "premium");
  EXPECT_EQ(directory->snapshot()->account(id)->name, "Acme 2");
}

TEST_F(DirectoryTest, ManyWritersAndReadersAgree) {
  const AccountId owner = account();
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> looked{0};
  std::thread reader([&] {
    DirectoryView view(*directory);
    std::size_t most = 0;
    std::uint64_t version = 0;
    while (!stop) {
      const DirectorySnapshot& current = view.current();
      const auto all = current.projects_of(owner);
      EXPECT_GE(all.size(), most);
      EXPECT_GE(current.version(), version);
      for (const ProjectInfo* one : all) EXPECT_EQ(current.find(one->app_id.text), one);
      most = all.size();
      version = current.version();
      ++looked;
    }
  });
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(project(owner, "p" + std::to_string(w) + "-" + std::to_string(i)));
    });
  }
  for (auto& writer : writers) writer.join();
  while (looked == 0) std::this_thread::yield();
  stop = true;
  reader.join();
  EXPECT_EQ(directory->snapshot()->projects_of(owner).size(), 40u);
  EXPECT_EQ(audit_events(), 41);
}

TEST_F(DirectoryTest, AnAccountHasAtMostItsNumberOfProjects) {
  const AccountId owner = account();
  for (std::int64_t i = 0; i < limits::projects_per_account_max; ++i) ASSERT_TRUE(project(owner, "p" + std::to_string(i)));
  EXPECT_EQ(project(owner, "one more").error().code, Errc::conflict);
}

}  // namespace
}  // namespace postage::auth
