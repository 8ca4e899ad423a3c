#include "base/result.h"

#include <gtest/gtest.h>

#include <set>

#include "base/clock.h"
#include "base/log.h"
#include "base/shared_buffer.h"

namespace postage {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error(Errc::bad_request, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  TRY(first, half(n));
  TRY(second, half(first));
  return second;
}

TEST(ResultTest, TryHandsOnTheValueOrTheFirstError) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error(), Error(Errc::bad_request, "odd"));
  EXPECT_EQ(quarter(6).error().to_string(), "bad_request: odd");
}

TEST(ErrorRowsTest, EveryRowHasANameATextAndAnHttpStatusThatFits) {
  std::set<std::string_view> names;
  for (const ErrorRow& row : error_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice";
    EXPECT_FALSE(row.text.empty()) << row.name;
    EXPECT_TRUE(row.http == 200 || (row.http >= 400 && row.http < 600)) << row.name;
    EXPECT_EQ(&error_row(row.code), &row);
  }
}

TEST(LogTest, StringsAreEscapedAndBadUtf8IsReplaced) {
  std::string out;
  append_json_string(out, std::string("a\"\\\n\t\x01 \xE4\xBD\xA0 \xC3(", 13));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\t\\u0001 \xE4\xBD\xA0 \xEF\xBF\xBD(\"");
}

TEST(LogTest, OverlongAndSurrogateFormsAreReplaced) {
  for (const char* bad : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    std::string out;
    append_json_string(out, bad);
    EXPECT_EQ(out.substr(0, 4), "\"\xEF\xBF\xBD");
  }
}

TEST(ManualClockTest, MovesOnlyWhenTold) {
  ManualClock clock(Instant(milliseconds(1000)));
  EXPECT_EQ(clock.wall(), Instant(milliseconds(1000)));
  clock.advance(milliseconds(5));
  EXPECT_EQ(clock.wall(), Instant(milliseconds(1005)));
  EXPECT_EQ(clock.steady().time_since_epoch(), milliseconds(1005));
}

TEST(BufferRefTest, CopiesShareTheBytes) {
  BufferRef a(std::string("abc"));
  const BufferRef b = a;
  EXPECT_EQ(a.view().data(), b.view().data());
  a = BufferRef();
  EXPECT_EQ(b.view(), "abc");
  EXPECT_FALSE(a);
}

}  // namespace
}  // namespace postage
