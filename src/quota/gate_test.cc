#include "quota/gate.h"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>
#include <vector>

#include "quota/terms.h"

namespace postage::quota {
namespace {
constexpr ProjectId kA{1}, kB{2};

Instant at(const char* text) { return *parse_instant(text); }

GateTerms terms(const char* catalogue, const char* plan) {
  const auto loaded = *catalog::builtin(catalogue);
  return {.catalogue = loaded, .plan = loaded->find(plan), .rated_by = {}, .next_plan = {}, .contract = {}, .tax = {},
          .segments = {}, .budget = {}, .count_always = false};
}
Rational money(const char* text) { return parse_decimal(text)->value; }

struct GateTest : testing::Test {
  Instant now = at("2026-01-10T12:00:00+08:00");
};

TEST_F(GateTest, TheLastUnitIsAdmittedAndTheNextIsNot) {
  Gate gate(terms("cn26", "free"), now);
  EXPECT_EQ(gate.admit_messages_many(1, 2'999'999, now), 2'999'999);
  EXPECT_TRUE(gate.admit_messages(1, now));
  Refusal why;
  EXPECT_FALSE(gate.admit_messages(1, now, &why));
  EXPECT_EQ(why.code, Errc::quota_messages);
  EXPECT_EQ(why.limit, 3'000'000);
  EXPECT_EQ(why.used, 3'000'000);
  EXPECT_EQ(why.needed, 1);
  EXPECT_EQ(why.reset, at("2026-02-01T00:00:00+08:00"));
  EXPECT_EQ(why.to_error().detail, "meter=messages limit=3000000 used=3000000 needed=1 reset=2026-01-31T16:00:00.000Z");
}

TEST_F(GateTest, APublishIsAdmittedAsAWholeOrNotAtAll) {
  Gate gate(terms("cn26", "free"), now);
  ASSERT_EQ(gate.admit_messages_many(1, 2'999'995, now), 2'999'995);
  EXPECT_FALSE(gate.admit_messages(11, now));
  EXPECT_EQ(gate.usage(now).messages, 2'999'995);
  EXPECT_TRUE(gate.admit_messages(5, now));
}

TEST_F(GateTest, UnitsThatReachedNobodyComeBack) {
  Gate gate(terms("cn26", "free"), now);
  ASSERT_EQ(gate.admit_messages_many(3'000'000, 1, now), 1);
  gate.give_back_messages(7, now);
  EXPECT_EQ(gate.usage(now).messages, 2'999'993);
  EXPECT_FALSE(gate.admit_messages(8, now));
  EXPECT_TRUE(gate.admit_messages(7, now));
}

TEST_F(GateTest, ANewMonthStartsAtItsFirstInstantInTheCataloguesZone) {
  Gate gate(terms("cn26", "free"), now);
  const Instant last = at("2026-01-31T23:59:59.999+08:00");
  ASSERT_EQ(gate.admit_messages_many(1, 5'000'000, last), 3'000'000);
  EXPECT_FALSE(gate.admit_messages(1, last));
  EXPECT_TRUE(gate.admit_messages(1, last + milliseconds(1)));
  EXPECT_EQ(gate.usage(last + milliseconds(1)).messages, 1);
}

TEST_F(GateTest, ACallOfTheOldMonthThatComesLateIsJudgedByWhatTheOldMonthHadLeft) {
  Gate gate(terms("cn26", "free"), now);
  const Instant last = at("2026-01-31T23:59:59.999+08:00"), first = last + milliseconds(1);
  ASSERT_EQ(gate.admit_messages_many(1, 2'999'998, last), 2'999'998);
  ASSERT_EQ(gate.admit_messages_many(1, 3'000'000, first), 3'000'000);
  EXPECT_TRUE(gate.admit_messages(2, last));
  EXPECT_FALSE(gate.admit_messages(1, last));
  EXPECT_FALSE(gate.admit_messages(1, first));
  gate.give_back_messages(2, last);
  EXPECT_FALSE(gate.admit_messages(1, first));
  EXPECT_TRUE(gate.admit_messages(2, last));
}

TEST_F(GateTest, ClosingOperationsPassAndCountOnlyWhatIsLeft) {
  Gate gate(terms("cn26", "free"), now);
  ASSERT_EQ(gate.admit_messages_many(1, 2'999'997, now), 2'999'997);
  EXPECT_EQ(gate.count_closing(now, 10), 3);
  EXPECT_EQ(gate.count_closing(now), 0);
  EXPECT_EQ(gate.usage(now).messages, 3'000'000);
}

TEST_F(GateTest, ASoftAccountIsNeitherRefusedNorCounted) {
  Gate gate(terms("cn26", "basic"), now);
  EXPECT_FALSE(gate.counts_messages());
  EXPECT_TRUE(gate.admit_messages(INT64_MAX, now));
  EXPECT_TRUE(gate.admit_messages(INT64_MAX, now));
  EXPECT_EQ(gate.usage(now).messages, 0);
}

TEST_F(GateTest, AnUpgradeOpensTheGateAtOnceAndADowngradeClosesItNextMonth) {
  GateTerms free = terms("cn26", "free");
  Gate gate(free, now);
  EXPECT_EQ(gate.admit_messages_many(1, 3'000'001, now), 3'000'000);
  GateTerms basic = terms("cn26", "basic");
  basic.next_plan = basic.catalogue->find("free");
  gate.set_terms(basic, now);
  EXPECT_TRUE(gate.admit_messages(5'000'000, now));
  const Instant february = at("2026-02-01T00:00:00+08:00");
  EXPECT_EQ(gate.admit_messages_many(1, 4'000'000, february), 3'000'000);
}

TEST_F(GateTest, TheDailyCapOpensAgainAtMidnight) {
  Gate gate(terms("us23", "free"), now);
  EXPECT_EQ(gate.admit_messages_many(1, 200'000, now), 100'000);
  Refusal why;
  EXPECT_FALSE(gate.admit_messages(1, now, &why));
  EXPECT_EQ(why.limit, 100'000);
  EXPECT_EQ(why.reset, at("2026-01-11T00:00:00Z"));
  EXPECT_EQ(gate.admit_messages_many(1, 200'000, at("2026-01-11T00:00:00Z")), 100'000);
  EXPECT_EQ(gate.usage(at("2026-01-11T00:00:00Z")).messages, 200'000);
}

TEST_F(GateTest, ConnectionsOfAllProjectsShareTheQuota) {
  Gate gate(terms("cn26", "free"), now);
  EXPECT_EQ(gate.admit_connections(kA, 60, now), 60);
  EXPECT_EQ(gate.admit_connections(kB, 60, now), 40);
  Refusal why;
  EXPECT_FALSE(gate.admit_connection(kB, now, &why));
  EXPECT_EQ(why.code, Errc::quota_pcu);
  gate.close_connection(kA, now);
  EXPECT_TRUE(gate.admit_connection(kB, now));
  EXPECT_EQ(gate.close_connections(kA, 100, now), 59);
}

TEST_F(GateTest, StorageGrowsToTheQuotaAndAlwaysShrinks) {
  Gate gate(terms("cn26", "free"), now);
  constexpr std::int64_t kGigabyte = std::int64_t{1} << 30;
  EXPECT_TRUE(gate.admit_storage(kGigabyte, now));
  Refusal why;
  EXPECT_FALSE(gate.admit_storage(1, now, &why));
  EXPECT_EQ(why.code, Errc::quota_storage);
  EXPECT_TRUE(gate.admit_storage(-1, now));
  EXPECT_TRUE(gate.admit_storage(1, now));
}

TEST_F(GateTest, ABudgetIsTheLargestNumberOfFurtherUnits) {
  GateTerms with = terms("cn26", "basic");
  with.budget = money("500.00");
  Gate gate(with, now);
  EXPECT_EQ(gate.admit_messages_many(1, 40'000'000, now), 35'050'000);
  Refusal why;
  EXPECT_FALSE(gate.admit_messages(1, now, &why));
  EXPECT_EQ(why.code, Errc::budget);
  EXPECT_EQ(why.limit, 35'050'000);
  // A connection within the quota costs nothing; one above it would.
  EXPECT_EQ(gate.admit_connections(kA, 501, now, &why), 500);
  EXPECT_EQ(why.code, Errc::budget);
}

TEST_F(GateTest, F16APrepaidBalanceIsHeldToTheUnitAndCarriedOverTheMonthsEnd) {
  GateTerms with = terms("cn26", "flagship");
  with.prepaid = money("100.00");
  Gate gate(with, now);
  EXPECT_EQ(gate.admit_messages_many(1, 4'000'000, now), 4'000'000);
  const Instant february = at("2026-02-01T00:00:00+08:00");
  EXPECT_EQ(gate.admit_messages_many(1, 2'000'000, february), 1'000'000);  // 20.00 were left, no more.
  Refusal why;
  EXPECT_FALSE(gate.admit_messages(1, february, &why));
  EXPECT_EQ(why.code, Errc::budget);
  EXPECT_FALSE(gate.admit_messages(1, now, &why));  // A call that comes late finds January's rest spent.
  with.prepaid = money("20.02");
  gate.set_terms(with, february);
  EXPECT_EQ(gate.admit_messages_many(1, 2'000'000, february), 1'000);
}

TEST_F(GateTest, TheSmallerOfBudgetAndPrepaidBalanceCounts) {
  GateTerms with = terms("cn26", "flagship");
  with.prepaid = money("100.00");
  with.budget = money("10.00");
  Gate gate(with, now);
  EXPECT_EQ(gate.admit_messages_many(1, 5'000'000, now), 500'000);
  const Instant february = at("2026-02-01T00:00:00+08:00");
  EXPECT_EQ(gate.admit_messages_many(1, 5'000'000, february), 500'000);  // The budget begins afresh, the balance does not.
  with.budget.reset();
  with.prepaid = money("90.00");
  gate.set_terms(with, february);
  EXPECT_EQ(gate.admit_messages_many(1, 5'000'000, february), 4'000'000);
}

TEST_F(GateTest, MessagesConnectionsAndStorageDrawOnOneBudget) {
  GateTerms with = terms("cn26", "flagship");
  with.budget = money("10.00");
  Gate gate(with, now);
  EXPECT_EQ(gate.admit_connections(kA, 100, now), 50);
  gate.close_connections(kA, 50, now);
  EXPECT_EQ(gate.admit_connections(kA, 50, now), 50);  // Below a peak that is paid already.
  EXPECT_FALSE(gate.admit_messages(1, now));
  with.budget = money("12.00");
  gate.set_terms(with, now);
  EXPECT_FALSE(gate.admit_storage(std::int64_t{1} << 30, now));
  EXPECT_EQ(gate.admit_messages_many(1, 1'000'000, now), 100'000);
}

TEST_F(GateTest, ABudgetSetOnALiveAccountStartsFromTheMeter) {
  Gate gate(terms("cn26", "flagship"), now);
  ASSERT_TRUE(gate.admit_messages(4'999'990, now));  // Not counted here: the meter has it.
  GateTerms with = terms("cn26", "flagship");
  with.budget = money("100.00");
  gate.set_terms(with, now, [] {
    GateUsage usage;
    usage.messages = 4'999'990;
    return usage;
  });
  EXPECT_EQ(gate.admit_messages_many(1, 100, now), 10);
}

TEST_F(GateTest, TheCountersEndAt2To63Minus1) {
  GateTerms counted = terms("cn26", "flagship");
  counted.count_always = true;
  Gate gate(counted, now);
  Refusal why;
  EXPECT_EQ(gate.admit_messages_many(INT64_MAX, 2, now, &why), 1);
  EXPECT_EQ(why.code, Errc::limit_messages);
  EXPECT_EQ(gate.admit_messages_many(static_cast<UInt128>(1) << 116, 1, now, &why), 0);
  EXPECT_EQ(gate.admit_connections(kA, INT64_MAX, now), INT64_MAX);
  EXPECT_FALSE(gate.admit_connection(kB, now, &why));
  EXPECT_EQ(why.code, Errc::limit_pcu);
  EXPECT_TRUE(gate.admit_storage(INT64_MAX, now));
  EXPECT_FALSE(gate.admit_storage(1, now, &why));
  EXPECT_EQ(why.code, Errc::limit_storage);
}

/// Runs `work(thread)` in eight threads that start together.
template <class Work>
void together(const Work& work) {
  constexpr int kThreads = 8;
  std::barrier start(kThreads);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      work(i);
    });
  }
}

TEST_F(GateTest, AThousandPublishesAtTenLeftAdmitExactlyTen) {
  for (int round = 0; round < 50; ++round) {
    GateUsage usage;
    usage.messages = 2'999'990;
    Gate gate(terms("cn26", "free"), now, usage);
    std::atomic<int> admitted{0};
    together([&](int) {
      for (int i = 0; i < 125; ++i) admitted += gate.admit_messages(1, now) ? 1 : 0;
    });
    ASSERT_EQ(admitted.load(), 10);
    ASSERT_EQ(gate.usage(now).messages, 3'000'000);
  }
}

TEST_F(GateTest, NothingIsLostAmongAdmissionGivingBackReadingAndNewTerms) {
  GateTerms with = terms("cn26", "flagship");
  with.budget = money("1.00");  // 50,000 units.
  Gate gate(with, now);
  std::atomic<std::int64_t> kept{0};
  together([&](int thread) {
    for (int i = 0; i < 6000; ++i) {
      const std::int64_t units = 1 + (i + thread) % 5;
      if (gate.admit_messages(units, now)) {
        const std::int64_t back = i % 3 == 0 ? units - 1 : 0;
        gate.give_back_messages(back, now);
        kept += units - back;
      }
      if (i % 1000 == thread) gate.set_terms(with, now);
      if (i % 700 == thread) { EXPECT_LE(gate.usage(now).messages, 50'000); }
    }
  });
  EXPECT_EQ(gate.usage(now).messages, kept.load());
  const std::int64_t left = 50'000 - kept.load();
  EXPECT_EQ(gate.admit_messages_many(1, 100'000, now), left);
}

TEST_F(GateTest, ThreadsThatCrossTheMonthsEndApartKeepBothMonthsExact) {
  const Instant last = at("2026-01-31T23:59:59.999+08:00"), first = last + milliseconds(1);
  for (int round = 0; round < 50; ++round) {
    GateUsage usage;
    usage.messages = 2'999'000;
    Gate gate(terms("cn26", "free"), last, usage);
    std::atomic<int> old_month{0}, new_month{0};
    together([&](int thread) {
      for (int i = 0; i < 300; ++i) {
        const bool crossed = i > 100 + 10 * thread;
        if (gate.admit_messages(1, crossed ? first : last)) (crossed ? new_month : old_month) += 1;
      }
    });
    ASSERT_LE(old_month.load(), 1000);
    ASSERT_EQ(gate.usage(first).messages, new_month.load());
    ASSERT_EQ(gate.admit_messages_many(1, 2000, last), 1000 - old_month.load());
  }
}

TEST_F(GateTest, ConnectionsFromManyThreadsStopAtTheQuota) {
  Gate gate(terms("cn26", "free"), now);
  std::atomic<int> open{0};
  together([&](int thread) {
    for (int i = 0; i < 50; ++i) open += gate.admit_connection(ProjectId{1 + thread % 3}, now) ? 1 : 0;
  });
  EXPECT_EQ(open.load(), 100);
}

TEST(Gates, OneGateAnAccount) {
  int made = 0;
  Gates gates([&](AccountId account) -> std::shared_ptr<Gate> {
    if (account.value == 9) return nullptr;
    ++made;
    return std::make_shared<Gate>(terms("cn26", "free"), at("2026-01-10T12:00:00Z"));
  });
  EXPECT_EQ(gates.find(AccountId{1}), nullptr);
  const auto gate = gates.of(AccountId{1});
  EXPECT_EQ(gates.of(AccountId{1}), gate);
  EXPECT_NE(gates.of(AccountId{2}), gate);
  EXPECT_EQ(gates.of(AccountId{9}), nullptr);
  EXPECT_EQ(made, 2);
  gates.forget(AccountId{1});
  EXPECT_EQ(gates.find(AccountId{1}), nullptr);
}
}  // namespace
}  // namespace postage::quota
