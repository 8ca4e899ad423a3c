#include "quota/caps.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <latch>
#include <map>
#include <thread>
#include <vector>

#include "base/zone.h"
#include "quota/gate.h"
#include "quota/terms.h"

namespace postage::quota {
namespace {

constexpr ProjectId kA{1}, kB{2};

Instant at(const char* text) { return *parse_instant(text); }

struct CapsTest : ::testing::Test {
  const Instant now = at("2026-01-10T12:00:00+08:00");
  const Instant later = now + milliseconds(2);

  static GateTerms terms(const char* plan) {
    GateTerms terms;
    terms.catalogue = *catalog::builtin("cn26");
    terms.plan = terms.catalogue->find(plan);
    return terms;
  }
  /// Caps with the list rates of cn26.
  static CapSet set(std::vector<CapTerms> caps) {
    const catalog::CataloguePtr catalogue = *catalog::builtin("cn26");
    const catalog::Rates& rates = catalogue->find("basic")->rates;
    return {std::move(caps), {rates.message, rates.pcu}, {rates.message, rates.pcu}, catalogue->zone};
  }
  static CapTerms units(std::int64_t id, std::string prefix, std::int64_t limit, ProjectId project = kA) {
    return {CapId{id}, project, std::move(prefix), limit, {}, {static_cast<std::uint32_t>(id)}};
  }
  static CapTerms money(std::int64_t id, std::string prefix, const char* amount) {
    return {CapId{id}, kA, std::move(prefix), {}, parse_decimal(amount)->value, {static_cast<std::uint32_t>(id)}};
  }
  void put(Gate& gate, std::vector<CapTerms> caps, std::map<std::int64_t, std::int64_t> used = {}, bool first = true) {
    gate.caps().set(gate, set(std::move(caps)), now, first, [&](CapId id) { return used[id.value]; });
  }
  static std::int64_t used(Gate& gate, std::int64_t id, Instant when) {
    for (const CapUsage& row : gate.caps().usage(gate, when)) {
      if (row.id.value == id) return row.units;
    }
    return -1;
  }
};

TEST_F(CapsTest, AProjectWithoutCapsIsNotAsked) {
  Gate gate(terms("basic"), now);
  const auto caps = gate.caps().of(kA);
  EXPECT_FALSE(caps->any());
  put(gate, {units(1, "", 5, kB)});
  EXPECT_FALSE(caps->any());
  EXPECT_TRUE(gate.caps().of(kB)->any());
  put(gate, {});
  EXPECT_FALSE(gate.caps().of(kB)->any());
}

TEST_F(CapsTest, EveryCapThatMatchesMustAdmitOrNothingIsTaken) {
  Gate gate(terms("basic"), now);
  put(gate, {units(1, "", 100), units(2, "chat-", 20), units(3, "chat-vip", 10)});
  const auto caps = gate.caps().of(kA);
  EXPECT_TRUE(caps->admit(gate, "chat-vip-1", 10, now, nullptr));
  Refusal why;
  EXPECT_FALSE(caps->admit(gate, "chat-vip-1", 1, now, &why));
  EXPECT_EQ(why.code, Errc::budget);
  ASSERT_NE(why.cap, nullptr);
  EXPECT_EQ(why.cap->scope, "channels");
  EXPECT_EQ(why.cap->name, "chat-vip");
  EXPECT_EQ(why.limit, 10);
  EXPECT_EQ(why.used, 10);
  EXPECT_EQ(why.needed, 1);
  EXPECT_EQ(why.reset, at("2026-02-01T00:00:00+08:00"));
  EXPECT_FALSE(caps->admit(gate, "chat-1", 11, now, &why));
  EXPECT_EQ(why.cap->name, "chat-");
  EXPECT_TRUE(caps->admit(gate, "chat-1", 10, now, nullptr));
  EXPECT_TRUE(caps->admit(gate, "news", 80, now, nullptr));
  EXPECT_FALSE(caps->admit(gate, "", 1, now, &why));  // A login: only the project's cap sees it.
  EXPECT_EQ(why.cap->scope, "project");
  EXPECT_EQ(used(gate, 1, now), 100);
  EXPECT_EQ(used(gate, 2, now), 20);
  EXPECT_EQ(used(gate, 3, now), 10);
}

TEST_F(CapsTest, ARefusalOfTheGateTakesNothingFromACapAndIsNamedFirst) {
  GateUsage usage;
  usage.messages = 2'999'995;
  Gate gate(terms("free"), now, usage);
  put(gate, {units(1, "c", 10)});
  const auto caps = gate.caps().of(kA);
  Refusal why;
  EXPECT_FALSE(caps->admit(gate, "c", 6, now, &why));
  EXPECT_EQ(why.code, Errc::quota_messages);
  EXPECT_EQ(used(gate, 1, now), 0);
  EXPECT_FALSE(caps->admit(gate, "c", 11, now, &why));
  EXPECT_EQ(why.code, Errc::quota_messages);
  EXPECT_TRUE(caps->admit(gate, "c", 5, now, nullptr));
}

TEST_F(CapsTest, MoneyIsUnitsAtTheListRateAndAProjectPaysForItsPeak) {
  Gate gate(terms("basic"), now);
  put(gate, {money(1, "", "1.00"), money(2, "c", "0.50")});  // 0.00002 a message, 0.2 a connection of the peak
  const auto caps = gate.caps().of(kA);
  EXPECT_TRUE(caps->admit_connection(gate, now, nullptr));
  EXPECT_TRUE(caps->admit_connection(gate, now, nullptr));
  EXPECT_TRUE(caps->admit(gate, "c", 25'000, now, nullptr));
  Refusal why;
  EXPECT_FALSE(caps->admit(gate, "c", 1, now, &why));
  EXPECT_EQ(why.cap->amount, "0.5");
  EXPECT_FALSE(caps->admit(gate, "x", 5'001, now, &why));
  EXPECT_EQ(why.limit, 30'000);  // (1.00 - 2 x 0.2) / 0.00002
  EXPECT_FALSE(caps->admit_connection(gate, now, &why));
  EXPECT_EQ(why.meter, Meter::pcu);
  EXPECT_EQ(why.limit, 2);
  gate.close_connection(kA, now);
  EXPECT_TRUE(caps->admit_connection(gate, now, nullptr));  // Below the peak that is paid.
  EXPECT_TRUE(caps->admit(gate, "x", 5'000, now, nullptr));
}

TEST_F(CapsTest, TheMonthRollsAndLateCallsBelongToTheOldOne) {
  Gate gate(terms("basic"), now);
  put(gate, {units(1, "c", 10)}, {{1, 4}});
  const auto caps = gate.caps().of(kA);
  const Instant first = at("2026-02-01T00:00:00+08:00"), last = first - milliseconds(1);
  EXPECT_TRUE(caps->admit(gate, "c", 5, last, nullptr));
  EXPECT_TRUE(caps->admit(gate, "c", 10, first, nullptr));
  EXPECT_FALSE(caps->admit(gate, "c", 1, first, nullptr));
  EXPECT_FALSE(caps->admit(gate, "c", 2, last, nullptr));
  EXPECT_TRUE(caps->admit(gate, "c", 1, last, nullptr));
  caps->give_back(gate, "c", 1, last);
  EXPECT_FALSE(caps->admit(gate, "c", 1, first, nullptr));
  EXPECT_TRUE(caps->admit(gate, "c", 1, last, nullptr));
}

TEST_F(CapsTest, ACapMadeInTheMiddleSeesWhatIsAcceptedAfterIt) {
  Gate gate(terms("basic"), now);
  put(gate, {units(1, "c", 10)}, {}, false);
  const auto caps = gate.caps().of(kA);
  std::vector<meter::CapSlot> counted;
  EXPECT_TRUE(caps->admit(gate, "c", 100, now, nullptr));  // Of a turn that began before.
  caps->count("c", now, [&](meter::CapSlot slot) { counted.push_back(slot); });
  EXPECT_TRUE(counted.empty());
  EXPECT_TRUE(caps->admit(gate, "c", 10, later, nullptr));
  EXPECT_FALSE(caps->admit(gate, "c", 1, later, nullptr));
  caps->count("c", later, [&](meter::CapSlot slot) { counted.push_back(slot); });
  EXPECT_EQ(counted.size(), 1U);
  // A change of the limit goes on from where it is; a removed one is forgotten.
  put(gate, {units(1, "c", 12)}, {{1, 777}}, false);
  EXPECT_TRUE(caps->admit(gate, "c", 2, later, nullptr));
  EXPECT_FALSE(caps->admit(gate, "c", 1, later, nullptr));
}

TEST_F(CapsTest, ADryRunTakesNothing) {
  Gate gate(terms("basic"), now);
  put(gate, {units(1, "c", 10)});
  const auto caps = gate.caps().of(kA);
  EXPECT_FALSE(caps->refuses(gate, "c", 10, now).has_value());
  EXPECT_EQ(caps->refuses(gate, "c", 11, now)->needed, 11);
  EXPECT_TRUE(caps->admit(gate, "c", 10, now, nullptr));
}

TEST_F(CapsTest, AnAccountsUnitCapStandsAfterTheBudget) {
  GateTerms with = terms("flagship");
  with.unit_cap = 1000;
  Gate gate(with, now);
  EXPECT_EQ(gate.admit_messages_many(10, 200, now), 100);
  Refusal why;
  EXPECT_FALSE(gate.admit_messages(1, now, &why));
  EXPECT_EQ(why.code, Errc::budget);
  EXPECT_EQ(why.cap->scope, "account");
  EXPECT_EQ(why.limit, 1000);
  with.budget = Rational(0);
  gate.set_terms(with, now);
  EXPECT_FALSE(gate.admit_messages(1, now, &why));
  EXPECT_EQ(why.cap->amount, "0.00");
}

/// F5 with a cap: 1,000 publishers at once with 10 units left.
TEST_F(CapsTest, AThousandAtOnceGetExactlyWhatIsLeft) {
  GateUsage usage;
  usage.messages = 2'999'000;
  Gate gate(terms("free"), now, usage);
  put(gate, {units(1, "", 5000), units(2, "c", 10), units(3, "ch", 500)});
  const auto caps = gate.caps().of(kA);
  std::atomic<int> admitted{0};
  std::latch start(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int i = 0; i < 125; ++i) admitted += caps->admit(gate, "chat", 1, now, nullptr) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 10);
  EXPECT_EQ(used(gate, 1, now), 10);
  EXPECT_EQ(used(gate, 3, now), 10);
  EXPECT_EQ(gate.usage(now).messages, 2'999'010);
}

/// Never above a cap, and never a refusal of what fits: against a model that adds by hand.
RC_GTEST_FIXTURE_PROP(CapsTest, AgreesWithAModel, ()) {
  Gate gate(terms("free"), now);
  const std::vector<std::string> prefixes{"", "a", "ab", "b"}, channels{"", "a", "ab", "abc", "b", "c"};
  std::vector<CapTerms> rows;
  std::vector<std::int64_t> limits, sums(prefixes.size());
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    limits.push_back(*rc::gen::inRange<std::int64_t>(0, 60));
    rows.push_back(units(static_cast<std::int64_t>(i) + 1, prefixes[i], limits.back()));
  }
  put(gate, rows);
  const auto caps = gate.caps().of(kA);
  const auto steps = *rc::gen::container<std::vector<std::tuple<std::size_t, std::int64_t, bool>>>(
      rc::gen::tuple(rc::gen::inRange<std::size_t>(0, channels.size()), rc::gen::inRange<std::int64_t>(1, 12),
                     rc::gen::arbitrary<bool>()));
  std::vector<std::pair<std::string, std::int64_t>> taken;
  const auto add = [&](const std::string& channel, std::int64_t units) {
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      if (channel.starts_with(prefixes[i])) sums[i] += units;
    }
  };
  for (const auto& [which, units, back] : steps) {
    if (back && !taken.empty()) {
      caps->give_back(gate, taken.back().first, taken.back().second, now);
      add(taken.back().first, -taken.back().second);
      taken.pop_back();
      continue;
    }
    bool fits = true;
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      fits = fits && (!channels[which].starts_with(prefixes[i]) || sums[i] + units <= limits[i]);
    }
    RC_ASSERT(caps->refuses(gate, channels[which], units, now).has_value() == !fits);
    RC_ASSERT(caps->admit(gate, channels[which], units, now, nullptr) == fits);
    if (!fits) continue;
    add(channels[which], units);
    taken.emplace_back(channels[which], units);
  }
  for (std::size_t i = 0; i < sums.size(); ++i) RC_ASSERT(used(gate, static_cast<std::int64_t>(i) + 1, now) == sums[i]);
}

}  // namespace
}  // namespace postage::quota
