#include "rating/price_lint.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace postage::rating {
namespace {
using Json = nlohmann::ordered_json;

/// "error no_price /plans/1/rates/pcu" of each finding.
std::vector<std::string> found(const Json& document) {
  std::vector<std::string> rows;
  for (const catalog::Finding& each : lint(document.dump())) {
    EXPECT_FALSE(each.text.empty());
    rows.push_back(std::string(severity_name(each.severity)) + " " + each.code + " " + each.pointer);
  }
  return rows;
}

using Rows = std::vector<std::string>;

struct PriceLint : testing::Test {
  Json cn26 = Json::parse(*catalog::builtin_text("cn26"));
};

TEST_F(PriceLint, BuiltInCataloguesAreClean) {
  for (const std::string& name : catalog::builtin_names()) {
    EXPECT_EQ(found(Json::parse(*catalog::builtin_text(name))), Rows{}) << name;
  }
}

TEST_F(PriceLint, ABlankQuotaIsRefusedWithItsPlace) {
  for (const Json& blank : {Json(nullptr), Json("")}) {
    Json document = cn26;
    document["plans"][1]["quota"]["messages"] = blank;
    EXPECT_EQ(found(document), Rows{"error unreadable /plans/1/quota/messages"});
    EXPECT_FALSE(may_publish(lint(document.dump())));
  }
  Json document = cn26;
  document["plans"][2].erase("quota");
  EXPECT_EQ(found(document), Rows{"error unreadable /plans/2/quota"});
  EXPECT_EQ(lint("{")[0].pointer, "");
}

TEST_F(PriceLint, AMeteredOperationWithoutAPriceIsRefusedUnlessItIsMeant) {
  Json document = cn26;
  document["rates"]["messages_per_million"] = "0";
  const std::string rate = "/rates/messages_per_million";
  EXPECT_EQ(found(document), (Rows{"error no_price /plans/1" + rate, "error no_price /plans/2" + rate,
                                   "error no_price /plans/3" + rate, "error no_price /plans/4" + rate}));
  for (auto& plan : document["plans"]) plan["acknowledge"] = {"no_price", "equal_features"};
  EXPECT_EQ(found(document), Rows{});
  document["rates"].erase("messages_per_million");
  EXPECT_EQ(found(document), Rows{"error unreadable /rates/messages_per_million"});
}

TEST_F(PriceLint, APriceThatFallsWhenUsageGrowsIsRefused) {
  Json document = cn26;
  document["plans"][2]["base_fee"] = "398.99";
  EXPECT_EQ(found(document), Rows{"error price_falls /plans/2/base_fee"});
  document = cn26;
  document["rules"]["minimum"] = "before_discount";
  EXPECT_EQ(found(document), Rows{});  // Discounts are of the minimum then too.
}

TEST_F(PriceLint, EqualTextIsWarnedOfUntilTheRowAcknowledgesIt) {
  Json document = cn26;
  document["plans"][3].erase("acknowledge");
  EXPECT_EQ(found(document), Rows{"warning equal_features /plans/3/features"});
  EXPECT_TRUE(may_publish(lint(document.dump())));
  document = cn26;
  document["plans"][1]["description"] = {{"en", "Soft limits"}, {"zh", "软限制"}};
  document["plans"][2]["description"] = {{"en", "Soft limits"}, {"zh", "其他"}};
  EXPECT_EQ(found(document), Rows{"warning equal_description /plans/2/description"});
  document["plans"][2]["acknowledge"] = {"equal_description"};
  EXPECT_EQ(found(document), Rows{});
  document["plans"][2]["acknowledge"] = {"equal_colour"};
  EXPECT_EQ(found(document), Rows{"error unreadable /plans/2/acknowledge/0"});
  document = cn26;
  document["plans"][2]["title"]["en"] = "Basic";
  EXPECT_EQ(found(document), Rows{"error unreadable /plans/2/title"});
}
}  // namespace
}  // namespace postage::rating
