#include "app/settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace postage::app {
namespace {

struct SettingsTest : testing::Test {
  std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "postage_settings_test.toml";

  Result<Settings> load(std::string_view toml, std::map<std::string, std::string> environment = {},
                        std::map<std::string, std::string> flags = {}) {
    std::ofstream(path) << toml;
    return load_settings({path.string(), std::move(environment), std::move(flags)});
  }
};

TEST_F(SettingsTest, DefaultsHoldWhenNothingIsGiven) {
  const auto settings = load_settings({});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->server_port, 7780);
  EXPECT_EQ(settings->server_address, "127.0.0.1");
}

TEST_F(SettingsTest, FlagsBeatTheEnvironmentAndThatBeatsTheFile) {
  const auto settings = load("[server]\nport = 1\nshards = 2\nworkers = 3\n",
                             {{"POSTAGE_SERVER_PORT", "10"}, {"POSTAGE_SERVER_SHARDS", "20"}},
                             {{"--server-port", "100"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->server_port, 100);
  EXPECT_EQ(settings->server_shards, 20);
  EXPECT_EQ(settings->server_workers, 3);
}

TEST_F(SettingsTest, AWrongValueNamesItsFileLineAndReason) {
  const auto settings = load("[server]\nnode = \"a\"\nport = 65536\n");
  ASSERT_FALSE(settings);
  EXPECT_NE(settings.error().detail.find(path.string() + ":3"), std::string::npos) << settings.error().detail;
  EXPECT_NE(settings.error().detail.find("65536 is not in 0 to 65535"), std::string::npos);
}

TEST_F(SettingsTest, BrokenTomlNamesItsLine) {
  const auto settings = load("[server]\nport = = 1\n");
  ASSERT_FALSE(settings);
  EXPECT_NE(settings.error().detail.find(":2:"), std::string::npos) << settings.error().detail;
}

TEST_F(SettingsTest, AnUnknownNameIsRefusedWithTheNearestOne) {
  const auto settings = load("[server]\nprot = 1\n");
  ASSERT_FALSE(settings);
  EXPECT_NE(settings.error().detail.find("did you mean 'server.port'"), std::string::npos);
}

TEST_F(SettingsTest, AValueOfTheWrongTypeIsRefused) {
  EXPECT_FALSE(load("[server]\nport = \"80\"\n"));
  EXPECT_FALSE(load("[auth]\napp_id_only_allowed = 1\n"));
  EXPECT_FALSE(load("port = 1\n"));
  EXPECT_FALSE(load_settings({std::nullopt, {{"POSTAGE_SERVER_PORT", "8o"}}, {}}));
}

TEST_F(SettingsTest, APublicAddressWithoutAuthenticationIsRefused) {
  EXPECT_FALSE(load("[server]\naddress = \"0.0.0.0\"\n[auth]\napp_id_only_allowed = true\n"));
  EXPECT_TRUE(load("[server]\naddress = \"0.0.0.0\"\n"));
  EXPECT_FALSE(load("[server]\naddress = \"0.0.0.0\"\n[clock]\ntest = true\n"));
}

TEST_F(SettingsTest, HalfATlsPairIsRefused) { EXPECT_FALSE(load("[tls]\nkey = \"a.pem\"\n")); }

TEST_F(SettingsTest, TheManualIsAValidFileOfDefaults) {
  const auto settings = load(settings_manual());
  ASSERT_TRUE(settings) << settings.error().detail;
  for (const SettingRow& row : setting_rows()) EXPECT_EQ(settings->get(row), Settings().get(row)) << row.toml_name();
}

TEST_F(SettingsTest, EveryBoundIsTestedAtItsEdge) {
  for (const SettingRow& row : setting_rows()) {
    if (row.type != SettingType::integer) continue;
    Settings settings;
    EXPECT_TRUE(settings.set(row, std::to_string(row.minimum), "test")) << row.toml_name();
    EXPECT_TRUE(settings.set(row, std::to_string(row.maximum), "test")) << row.toml_name();
    EXPECT_FALSE(settings.set(row, std::to_string(row.minimum - 1), "test")) << row.toml_name();
    EXPECT_FALSE(settings.set(row, std::to_string(row.maximum + 1), "test")) << row.toml_name();
  }
}

}  // namespace
}  // namespace postage::app
