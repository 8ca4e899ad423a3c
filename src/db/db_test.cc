#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "db/append_only.h"
#include "db/database.h"

namespace postage::db {
namespace {

namespace fs = std::filesystem;
constexpr Instant kNow{milliseconds(1'700'000'000'000)};

/// A folder of its own per test, gone afterwards.
struct DbTest : testing::Test {
  DbTest() {
    std::string name = (fs::temp_directory_path() / "postage-db-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    folder = name;
  }
  ~DbTest() override { fs::remove_all(folder); }
  std::unique_ptr<Database> open(const char* name = "store.db", std::int64_t busy_ms = 5000) {
    auto opened =
        Database::open({.path = (folder / name).string(), .readers = 2, .busy_timeout_ms = busy_ms, .sync = false});
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().to_string());
    return std::move(opened).value();
  }
  static void make_table(Database& database) {
    ASSERT_TRUE(
        database.writer()->script("create table t (id integer primary key, name text unique, data blob) strict"));
  }
  fs::path folder;
};

TEST_F(DbTest, EveryTypeComesBackAsItWent) {
  auto database = open();
  make_table(*database);
  auto lease = database->writer();
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  const std::string bytes("\0\xff\x01", 3);
  ASSERT_TRUE(lease->run("insert into t values (?, ?, ?)", big, "héllo 中", Bytes{bytes}));
  ASSERT_TRUE(
      lease->run("insert into t values (?, ?, ?)", std::numeric_limits<std::int64_t>::min(), Null{}, Bytes{""}));
  auto row = lease->first(
      "select id, name, data from t where id = ?",
      [](Row& r) { return std::tuple(r.integer(0), r.text(1), r.bytes(2)); }, big);
  ASSERT_TRUE(row && row->has_value());
  EXPECT_EQ(**row, std::tuple(big, std::string("héllo 中"), bytes));
  auto empty = lease->first("select name, data from t where name is null",
                            [](Row& r) { return std::pair(r.maybe_text(0), r.maybe_bytes(1)); });
  ASSERT_TRUE(empty && empty->has_value());
  EXPECT_EQ((*empty)->first, std::nullopt);
  EXPECT_EQ((*empty)->second, "");
}

TEST_F(DbTest, IdsInstantsFlagsAndOptionalsBind) {
  auto database = open();
  auto lease = database->writer();
  auto row = lease->first(
      "select ?, ?, ?, ?",
      [](Row& r) { return std::tuple(r.id<AccountId>(0), r.instant(1), r.flag(2), r.maybe_integer(3)); }, AccountId{7},
      kNow, true, std::optional<std::int64_t>());
  ASSERT_TRUE(row && *row);
  EXPECT_EQ(**row, std::tuple(AccountId{7}, kNow, true, std::optional<std::int64_t>()));
}

TEST_F(DbTest, AReadOfAnotherTypeFailsTheQuery) {
  auto database = open();
  auto lease = database->writer();
  EXPECT_EQ(lease->all("select 'x'", [](Row& r) { return r.integer(0); }).error().code, Errc::corrupt_record);
  EXPECT_EQ(lease->all("select 1", [](Row& r) { return r.text(0); }).error().code, Errc::corrupt_record);
  EXPECT_EQ(lease->all("select null", [](Row& r) { return r.integer(0); }).error().code, Errc::corrupt_record);
  EXPECT_EQ(lease->all("select 1.5", [](Row& r) { return r.integer(0); }).error().code, Errc::corrupt_record);
  EXPECT_EQ(lease->all("select 2", [](Row& r) { return r.flag(0); }).error().code, Errc::corrupt_record);
  EXPECT_EQ(lease->all("select 1", [](Row& r) { return r.integer(1); }).error().code, Errc::corrupt_record);
  EXPECT_EQ(*lease->integer("select 3"), 3);
  EXPECT_EQ(lease->integer("select 1 where 1 = 0").error().code, Errc::not_found);
}

TEST_F(DbTest, ErrorsSayWhatFailedAndNeverTheValues) {
  auto database = open();
  make_table(*database);
  auto lease = database->writer();
  ASSERT_TRUE(lease->run("insert into t(name) values (?)", "secret-value"));
  const auto twice = lease->run("insert into t(name) values (?)", "secret-value");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Errc::conflict);
  EXPECT_NE(twice.error().detail.find("t.name"), std::string::npos);
  EXPECT_EQ(twice.error().detail.find("secret-value"), std::string::npos);
  EXPECT_EQ(lease->run("insert into nowhere values (?)", 1).error().code, Errc::store_failed);
  EXPECT_EQ(lease->run("insert into t(name) values (?)", 1, 2).error().code, Errc::store_failed);
  EXPECT_EQ(lease->run("delete from t; delete from t").error().code, Errc::store_failed);
  EXPECT_EQ(lease->run("select \"no_such_column\" from t").error().code, Errc::store_failed);
  EXPECT_EQ(lease->run("insert into t(name) values (?)", std::string_view("a\0b", 3)).error().code, Errc::bad_request);
}

TEST_F(DbTest, RunCountsTheRowsItChanged) {
  auto database = open();
  make_table(*database);
  auto lease = database->writer();
  EXPECT_EQ(*lease->run("insert into t(id) values (1), (2), (3)"), 3);
  EXPECT_EQ(*lease->run("update t set name = null where id > ?", 1), 2);
  EXPECT_EQ(*lease->run("update t set name = null where id > ?", 9), 0);
  EXPECT_EQ(*lease->run("delete from t where id = 1"), 1);
  auto id = lease->first("insert into t(name) values (?) returning id", [](Row& r) { return r.integer(0); }, "new");
  ASSERT_TRUE(id && *id);
  EXPECT_EQ(**id, 4);
}

TEST_F(DbTest, ATransactionThatIsNotCommittedNeverWas) {
  auto database = open();
  make_table(*database);
  const auto failed = database->write([](Connection& c) -> Result<void> {
    TRY_VOID(c.run("insert into t(id) values (1)"));
    return Error(Errc::conflict, "changed my mind");
  });
  EXPECT_EQ(failed.error().code, Errc::conflict);
  EXPECT_EQ(*database->read([](Connection& c) { return c.integer("select count(*) from t"); }), 0);
  ASSERT_TRUE(database->write([](Connection& c) { return c.run("insert into t(id) values (1)"); }));
  EXPECT_EQ(*database->read([](Connection& c) { return c.integer("select count(*) from t"); }), 1);
}

TEST_F(DbTest, AnInnerTransactionRollsBackAloneAndCommitsWithTheOuter) {
  auto database = open();
  make_table(*database);
  ASSERT_TRUE(database->write([](Connection& c) -> Result<void> {
    TRY_VOID(c.run("insert into t(id) values (1)"));
    {
      TRY(inner, c.begin());
      TRY_VOID(c.run("insert into t(id) values (2)"));
      inner.rollback();
    }
    {
      TRY(inner, c.begin());
      TRY_VOID(c.run("insert into t(id) values (3)"));
      TRY_VOID(inner.commit());
    }
    return {};
  }));
  EXPECT_EQ(*database->read([](Connection& c) { return c.integer("select sum(id) from t"); }), 4);
}

TEST_F(DbTest, AReaderKeepsItsSnapshotAndCannotWrite) {
  auto database = open();
  make_table(*database);
  auto reader = database->reader();
  {
    auto snapshot = reader->begin();
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(*reader->integer("select count(*) from t"), 0);
    ASSERT_TRUE(database->writer()->run("insert into t(id) values (1)"));
    EXPECT_EQ(*reader->integer("select count(*) from t"), 0);
  }
  EXPECT_EQ(*reader->integer("select count(*) from t"), 1);
  EXPECT_FALSE(reader->run("insert into t(id) values (2)"));
}

TEST_F(DbTest, ThreadsTakeTurnsOnOneWriter) {
  auto database = open();
  make_table(*database);
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        if (!database->write([](Connection& c) { return c.run("insert into t(name) values (null)"); })) ++failures;
        if (!database->read([](Connection& c) { return c.integer("select count(*) from t"); })) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(*database->reader()->integer("select count(*) from t"), 200);
}

TEST_F(DbTest, AnotherProcessesLockIsUnavailableAfterTheTimeout) {
  auto first = open();
  make_table(*first);
  auto second = open("store.db", 1);
  auto lease = first->writer();
  auto held = lease->begin();
  ASSERT_TRUE(held);
  EXPECT_EQ(second->write([](Connection& c) { return c.run("insert into t(id) values (1)"); }).error().code,
            Errc::unavailable);
}

constexpr Migration kTwo[] = {{1, "create table a (id integer primary key)"},
                              {2, "create table b (id integer primary key)"}};

TEST_F(DbTest, MigrationsRunOnceInOrderAndPerRoom) {
  auto database = open();
  ASSERT_TRUE(database->migrate("x", std::span(kTwo).first(1), kNow));
  ASSERT_TRUE(database->migrate("x", kTwo, kNow));
  ASSERT_TRUE(database->migrate("x", kTwo, kNow));
  const Migration other[] = {{1, "create table c (id integer primary key)"}};
  ASSERT_TRUE(database->migrate("y", other, kNow));
  EXPECT_EQ(*database->reader()->integer("select count(*) from schema_migration"), 3);
  EXPECT_EQ(*database->reader()->integer(
                "select count(*) from schema_migration where length(sha256) = 64 and applied_at = ?", kNow),
            3);
}

TEST_F(DbTest, AChangedMissingOrFailingMigrationIsRefusedByName) {
  auto database = open();
  ASSERT_TRUE(database->migrate("x", kTwo, kNow));
  const Migration changed[] = {{1, "create table a (id integer primary key, n text)"}, kTwo[1]};
  const auto refused = database->migrate("x", changed, kNow);
  EXPECT_EQ(refused.error().code, Errc::corrupt_record);
  EXPECT_NE(refused.error().detail.find("x/1"), std::string::npos);
  EXPECT_EQ(database->migrate("x", std::span(kTwo).first(1), kNow).error().code, Errc::corrupt_record);
  const Migration gap[] = {{2, "select 1"}};
  EXPECT_EQ(database->migrate("z", gap, kNow).error().code, Errc::bad_request);
  const Migration broken[] = {kTwo[0], kTwo[1], {3, "create table d (id integer primary key); create nonsense"}};
  EXPECT_EQ(database->migrate("x", broken, kNow).error().code, Errc::store_failed);
  EXPECT_EQ(*database->reader()->integer("select count(*) from sqlite_master where name = 'd'"), 0);
}

TEST_F(DbTest, ABackupIsACompleteStoreAndNeverOverwrites) {
  auto database = open();
  make_table(*database);
  ASSERT_TRUE(database->writer()->run("insert into t(id) values (41)"));
  const std::string copy = (folder / "copy.db").string();
  ASSERT_TRUE(database->backup_to(copy));
  EXPECT_EQ(database->backup_to(copy).error().code, Errc::conflict);
  ASSERT_TRUE(database->writer()->run("insert into t(id) values (42)"));
  auto restored = open("copy.db");
  EXPECT_EQ(*restored->reader()->integer("select max(id) from t"), 41);
  EXPECT_TRUE(restored->check_integrity());
}

TEST_F(DbTest, TheFilesArePrivateAndRubbishIsRefused) {
  auto database = open();
  make_table(*database);
  for (const auto& file : fs::directory_iterator(folder)) {
    struct stat info{};
    ASSERT_EQ(stat(file.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << file.path();
  }
  std::ofstream(folder / "rubbish.db") << std::string(4096, 'x');
  auto rubbish = Database::open({.path = (folder / "rubbish.db").string()});
  ASSERT_FALSE(rubbish);
  EXPECT_EQ(rubbish.error().code, Errc::corrupt_record);
  EXPECT_EQ(Database::open({.path = (folder / "no/such/x.db").string()}).error().code, Errc::store_failed);
}

TEST_F(DbTest, DamageIsFoundByTheIntegrityCheck) {
  {
    auto database = open();
    ASSERT_TRUE(
        database->writer()->script("create table t (id integer primary key, name text not null) strict;"
                                   "create index i on t(name)"));
    for (int i = 0; i < 500; ++i)
      ASSERT_TRUE(database->writer()->run("insert into t(name) values (?)", std::to_string(i)));
    ASSERT_TRUE(database->checkpoint());
    ASSERT_TRUE(database->check_integrity());
  }
  const auto path = folder / "store.db";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(fs::file_size(path)) - 2000);
  file << std::string(1500, '\x55');
  file.close();
  auto damaged = open();
  EXPECT_EQ(damaged->check_integrity().error().code, Errc::corrupt_record);
}

TEST_F(DbTest, MemoryIsOneStoreForWritersAndReaders) {
  auto opened = Database::open({.path = ":memory:"});
  ASSERT_TRUE(opened);
  Database& database = **opened;
  make_table(database);
  ASSERT_TRUE(database.write([&](Connection& c) -> Result<void> {
    TRY_VOID(c.run("insert into t(id) values (5)"));
    TRY(seen, database.read([](Connection& inner) { return inner.integer("select max(id) from t"); }));
    EXPECT_EQ(seen, 5);
    return {};
  }));
}

TEST_F(DbTest, AskingForTheWriterTwiceOnOneThreadIsOurMistake) {
  auto database = open();
  auto lease = database->writer();
  EXPECT_DEATH((void)database->writer(), "CHECK failed");
}

RC_GTEST_FIXTURE_PROP(DbTest, AnyTextAndBytesSurvive, (std::string text, std::string bytes, std::int64_t number)) {
  std::erase(text, '\0');
  auto database = Database::open({.path = ":memory:"});
  RC_ASSERT(database.ok());
  auto lease = (*database)->writer();
  auto row = lease->first(
      "select ?, ?, ?", [](Row& r) { return std::tuple(r.text(0), r.bytes(1), r.integer(2)); }, text, Bytes{bytes},
      number);
  RC_ASSERT(row.ok() && row->has_value());
  RC_ASSERT(**row == std::tuple(text, bytes, number));
}

TEST(AppendOnly, RowsAreAddedAndNeitherChangedNorRemoved) {
  auto database = std::move(Database::open({.path = ":memory:"})).value();
  constexpr Migration kSteps[] = {{1, "create table line(amount integer not null);\n" POSTAGE_APPEND_ONLY(
                                          "line", "a line is") "create table word(text text not null);\n"
                                      POSTAGE_APPEND_ONLY_AS("word", "words are", "edited")}};
  ASSERT_TRUE(database->migrate("room", kSteps, Instant{}));
  const auto run = [&](std::string_view sql) {
    const auto done = database->writer()->run(sql);
    return done ? std::string("done") : done.error().detail;
  };
  EXPECT_EQ(run("insert into line values (1)"), "done");
  EXPECT_EQ(run("insert into word values ('a')"), "done");
  EXPECT_NE(run("update line set amount = 2").find("a line is never changed"), std::string::npos);
  EXPECT_NE(run("delete from line").find("a line is never removed"), std::string::npos);
  EXPECT_NE(run("update word set text = 'b'").find("words are never edited"), std::string::npos);
  EXPECT_EQ(database->reader()->integer("select sum(amount) from line").value(), 1);
}

}  // namespace
}  // namespace postage::db
