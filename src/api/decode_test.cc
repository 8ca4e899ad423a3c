// Bodies, queries, paths, idempotency and rates, each at its edges.
#include "api/decode.h"

#include <gtest/gtest.h>

#include "api/csv.h"
#include "api/once.h"
#include "api/path.h"
#include "api/rates.h"
#include "api/utf8_text.h"

namespace postage::api {
namespace {

/// The pointer and detail of the mistake that reading "n" (an integer) and "t" (a text) finds, or "".
std::string mistake_of(const std::string& bytes) {
  Body body(bytes);
  body.maybe_integer("n", -10, INT64_MAX);
  body.maybe_text("t", {0, 5});
  const auto mistake = body.mistake();
  return mistake ? mistake->pointer + " " + mistake->error.detail : "";
}

TEST(Body, TakesWhatItShould) {
  for (const char* good : {"{}", R"({"n":1})", R"({"n":9223372036854775807})", R"({"n":-10,"t":"abcde"})",
                           R"({"n":null,"t":null})", R"({"t":"é"})", " {\n} "}) {
    EXPECT_EQ(mistake_of(good), "") << good;
  }
}

TEST(Body, RefusesAndNamesTheMember) {
  const std::pair<const char*, const char*> cases[] = {
      {"", " not valid JSON"},
      {"[]", " the body must be a JSON object"},
      {"7", " the body must be a JSON object"},
      {"{", " not valid JSON"},
      {"{} {}", " not valid JSON"},
      {R"({"n":1,"n":2})", " a member is there twice"},
      {R"({"x":{"a":1,"a":2}})", " a member is there twice"},
      {R"({"n":1.5})", " numbers are 64-bit integers"},
      {R"({"n":1e3})", " numbers are 64-bit integers"},
      {R"({"n":9223372036854775808})", " numbers are 64-bit integers"},
      {R"({"n":99999999999999999999999})", " numbers are 64-bit integers"},
      {R"({"n":-11})", "/n must be -10 to"},
      {R"({"n":"1"})", "/n must be an integer"},
      {R"({"n":true})", "/n must be an integer"},
      {R"({"t":7})", "/t must be a string"},
      {R"({"t":"abcdef"})", "/t must have 0 to 5 bytes"},
      {R"({"t":"a\u0000"})", "/t must not hold control characters"},
      {R"({"a/b~c":1})", "/a~1b~0c this member is not known here"},
      {"{\"t\":\"\xFF\"}", " not valid JSON"},
  };
  for (const auto& [bytes, expected] : cases) {
    const std::string found = mistake_of(bytes);
    EXPECT_EQ(found.substr(0, std::string(expected).size()), expected) << bytes;
  }
}

TEST(Body, IsBoundedInDepthAndValues) {
  const auto nested = [](int depth) {
    return "{\"t\":" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  EXPECT_EQ(mistake_of(nested(15)), "/t must be a string");
  EXPECT_EQ(mistake_of(nested(16)), " nested deeper than 16 levels");
  EXPECT_EQ(mistake_of(nested(100'000)), " nested deeper than 16 levels");
  std::string many = "{\"t\":[0";
  for (int i = 0; i < 20'000; ++i) many += ",0";
  EXPECT_EQ(mistake_of(many + "]}"), " too many values");
}

TEST(Body, GoesIntoObjectsAndNamesTheWholePath) {
  Body body(R"({"limits":{"a":1,"b":"x","c":2}})");
  ASSERT_TRUE(body.enter("limits"));
  EXPECT_EQ(body.maybe_integer("a", 0, 5), 1);
  body.maybe_integer("b", 0, 5);
  body.leave();
  EXPECT_EQ(body.mistake()->pointer, "/limits/b");
  Body other(R"({"limits":{"c":2}})");
  ASSERT_TRUE(other.enter("limits"));
  other.leave();
  EXPECT_EQ(other.mistake()->pointer, "/limits/c");
}

TEST(Utf8, IsJudgedAtItsEdges) {
  for (const char* good : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(valid_utf8(good));
  }
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(valid_utf8(bad));
  }
}

TEST(Path, SplitsAndDecodes) {
  const auto target = parse_target("/v1/projects/7/channels/a%2Fb%20c/messages?x=1&y=%E4%BD%A0");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->segments, (std::vector<std::string>{"projects", "7", "channels", "a/b c", "messages"}));
  EXPECT_EQ(target->query[1], (std::pair<std::string, std::string>{"y", "你"}));
  for (const char* bad : {"", "v1", "/v2/x", "/v1//x", "/v1/", "/v1/../v1/me", "/v1/%2e%2e/x", "/v1/%zz", "/v1/%FF",
                          "/v1/a%00b", "/v1/x y", "http://h/v1/x", "/v1/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s"}) {
    EXPECT_FALSE(parse_target(bad).has_value()) << bad;
  }
}

TEST(Path, MatchesParametersAndVerbs) {
  const auto found =
      match_path("/projects/{project}/certificates/{slot}:rotate", {"projects", "7", "certificates", "primary:rotate"});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->at("project"), "7");
  EXPECT_EQ(found->at("slot"), "primary");
  EXPECT_FALSE(match_path("/accounts/{account}:suspend", {"accounts", ":suspend"}).has_value());
  EXPECT_FALSE(match_path("/accounts/{account}:suspend", {"accounts", "7"}).has_value());
  EXPECT_FALSE(match_path("/accounts/{account}", {"accounts", "7", "keys"}).has_value());
  EXPECT_FALSE(match_path("/accounts/{account}/keys", {"accounts", "7"}).has_value());
}

TEST(Query, IsStrict) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  Query query(Pairs{{"limit", "201"}, {"from", "2026-02-30"}});
  EXPECT_FALSE(query.integer("limit", 1, 200).has_value());
  EXPECT_EQ(query.mistake()->pointer, "?limit");
  Query twice(Pairs{{"a", "1"}, {"a", "2"}});
  twice.text("a");
  EXPECT_EQ(twice.mistake()->error.detail, "this parameter is there twice");
  Query dates(Pairs{{"from", "2026-02-30"}});
  EXPECT_FALSE(dates.instant("from").has_value());
  EXPECT_EQ(dates.mistake()->pointer, "?from");
  Query good(Pairs{{"from", "2026-02-28"}});
  EXPECT_EQ(good.instant("from"), Instant(std::chrono::sys_days(std::chrono::year(2026) / 2 / 28)));
}

TEST(Csv, QuotesAndDisarmsFormulas) {
  std::string out;
  append_csv_row(out, {"a", "b,c", "say \"x\"", "=1+1", "-5.00", "@x", "+49 30", "two\nlines"});
  EXPECT_EQ(out, "a,\"b,c\",\"say \"\"x\"\"\",'=1+1,-5.00,'@x,'+49 30,\"two\nlines\"\r\n");
}

Response with_status(int status, std::size_t bytes = 1) { return {status, {}, std::string(bytes, 'x')}; }

TEST(Once, IsBoundedInNumberBytesAndAge) {
  const Answer nobody([](const Response&) {});
  Once once({3, 10'000, seconds(60)});
  const auto run = [&](const std::string& key, Instant now, std::size_t bytes = 1) {
    const auto verdict = once.begin(key, "f", nobody, now);
    if (verdict == Once::Verdict::go) once.finish(key, with_status(200, bytes));
    return verdict;
  };
  const Instant start(seconds(1000));
  for (const char* key : {"a", "b", "c", "d"}) EXPECT_EQ(run(key, start), Once::Verdict::go);
  EXPECT_EQ(once.size(), 3U);
  EXPECT_EQ(run("d", start), Once::Verdict::answered);
  EXPECT_EQ(run("a", start), Once::Verdict::go);
  EXPECT_EQ(run("a", start + seconds(59)), Once::Verdict::answered);
  EXPECT_EQ(run("a", start + seconds(60)), Once::Verdict::go);
  EXPECT_EQ(run("big", start + seconds(60), 20'000), Once::Verdict::go);
  EXPECT_EQ(run("next", start + seconds(60)), Once::Verdict::go);
  EXPECT_EQ(once.size(), 1U);
}

TEST(Once, KeepsWhatStillRunsAndBoundsWhoWaits) {
  int answered = 0;
  const Answer nobody([](const Response&) {});
  Once once({1, 10'000, seconds(60)});
  const Instant start(seconds(1000));
  EXPECT_EQ(once.begin("a", "f", nobody, start), Once::Verdict::go);
  EXPECT_EQ(once.begin("b", "f", nobody, start), Once::Verdict::go);
  EXPECT_EQ(once.begin("a", "g", nobody, start), Once::Verdict::differs);
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(once.begin("a", "f", Answer([&](const Response&) { ++answered; }), start), Once::Verdict::answered);
  }
  EXPECT_EQ(once.begin("a", "f", nobody, start), Once::Verdict::full);
  once.finish("a", with_status(200));
  EXPECT_EQ(answered, 16);
}

TEST(Rates, GiveBackWithTimeAndForgetTheIdle) {
  Rates rates(2);
  const Instant start(seconds(1000));
  EXPECT_FALSE(rates.take("a", 2, start).has_value());
  EXPECT_FALSE(rates.take("a", 2, start).has_value());
  EXPECT_EQ(rates.take("a", 2, start), 1);
  EXPECT_EQ(rates.take("a", 2, start + milliseconds(499)), 1);
  EXPECT_FALSE(rates.take("a", 2, start + milliseconds(500)).has_value());
  EXPECT_EQ(rates.take("a", 2, start), 1);  // A clock that steps back gives nothing.
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(rates.take("k" + std::to_string(i), 2, start + seconds(i)).has_value());
}

}  // namespace
}  // namespace postage::api
