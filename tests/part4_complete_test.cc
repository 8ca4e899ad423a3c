// Every known-answer case has a row in cases/part4.def, or stands here with the reason why it has none: a lost row fails.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace postage {
namespace {

constexpr std::string_view kRows[] = {
#define UNITS(id, ...) #id,
#define RATE(id, ...) #id,
#define SIMULATE(id, ...) #id,
#define SPLIT(id, ...) #id,
#define CHEAPEST(id, ...) #id,
#define PEAKS(id, ...) #id,
#define ROUND(id, ...) #id,
#define OUTAGE(id, ...) #id,
#define CONNECTIONS(id, ...) #id,
#define RECORDS(id, ...) #id,
#define LAST_UNITS(id, ...) #id,
#define SLA(id, ...) #id,
#define SETTLE(id, ...) #id,
#define SHORT(id, ...) #id,
#define ARREARS(id, ...) #id,
#include "tests/cases/part4.def"
};

/// Cases of part 4 by letter: 1 to so many.
const std::map<char, int> kCases = {{'M', 24}, {'C', 13}, {'T', 20}, {'B', 42}, {'U', 14}, {'F', 17}, {'X', 19}, {'Z', 22}};

struct Without {
  char letter;
  int first, last;
  const char* why;
};
constexpr Without kWithout[] = {
    {'M', 4, 6, "counts presence, storage and locks"},
    {'M', 14, 16, "counts presence"},
    {'M', 17, 17, "another vendor's rule"},
    {'M', 21, 22, "counts storage and presence"},
    {'M', 23, 24, "another vendor's rule"},
    {'C', 4, 4, "another vendor's rule"},
    {'C', 6, 7, "another vendor's packages"},
    {'T', 20, 20, "another vendor's weighted sum"},
    {'U', 10, 13, "another product's users a day or a month"},
    {'X', 14, 19, "another vendor's proration"},
    {'Z', 7, 16, "another vendor's taxes and tiers"},
    {'Z', 20, 20, "another vendor's months"},
    {'Z', 22, 22, "another vendor's line of lost decimals"},
};

/// "F13_utc" and "B17a" are rows of F13 and B17.
std::string case_of(std::string_view row) {
  std::size_t end = 1;
  while (end < row.size() && row[end] >= '0' && row[end] <= '9') ++end;
  return std::string(row.substr(0, end));
}

TEST(Part4, EveryCaseHasARowOrAReason) {
  std::set<std::string> rows;
  for (const std::string_view row : kRows) rows.insert(case_of(row));
  std::set<std::string> without;
  for (const Without& each : kWithout) {
    ASSERT_STRNE(each.why, "");
    for (int i = each.first; i <= each.last; ++i) without.insert(each.letter + std::to_string(i));
  }
  int cases = 0;
  for (const auto& [letter, count] : kCases) {
    for (int i = 1; i <= count; ++i, ++cases) {
      const std::string id = letter + std::to_string(i);
      EXPECT_NE(rows.contains(id), without.contains(id)) << id << " needs a row or a reason, not both";
      rows.erase(id);
    }
  }
  EXPECT_EQ(cases, 171);
  EXPECT_TRUE(rows.empty()) << *rows.begin() << " is no case of part 4";
}

}  // namespace
}  // namespace postage
