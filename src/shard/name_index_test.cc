#include "shard/name_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace postage::shard {
namespace {

struct Thing {
  engine::ChannelKey key;
  int number = 0;
};

engine::ChannelName name(const std::string& text, std::int64_t project = 1) {
  return {ProjectId{project}, engine::ChannelType::message, text};
}

std::unique_ptr<Thing> thing(const engine::ChannelName& called, int number) {
  return std::make_unique<Thing>(Thing{engine::ChannelKey(called), number});
}

TEST(NameIndex, TellsProjectsAndTypesApart) {
  NameIndex<Thing> index;
  EXPECT_EQ(index.find(name("a")), nullptr);
  index.add(thing(name("a"), 1));
  index.add(thing(name("a", 2), 2));
  index.add(thing({ProjectId{1}, engine::ChannelType::user, "a"}, 3));
  EXPECT_EQ(index.find(name("a"))->number, 1);
  EXPECT_EQ(index.find(name("a", 2))->number, 2);
  EXPECT_EQ(index.find({ProjectId{1}, engine::ChannelType::user, "a"})->number, 3);
  EXPECT_EQ(index.find(name("b")), nullptr);
}

// The same story told to a map: names of one shard of 16, whose hashes share bits, come and go.
TEST(NameIndex, FindsWhatAMapFinds) {
  std::mt19937 random(7);
  std::vector<std::string> names;
  for (int i = 0; names.size() < 600; ++i) {
    const std::string text = "channel " + std::to_string(i);
    if (engine::home_of(name(text), 16) == 5) names.push_back(text);
  }
  NameIndex<Thing> index;
  std::map<std::string, Thing*> expected;
  for (int step = 0; step < 40'000; ++step) {
    const std::string& text = names[random() % names.size()];
    const bool growing = step / 5'000 % 2 == 0;
    const auto known = expected.find(text);
    if (known == expected.end()) {
      ASSERT_EQ(index.find(name(text)), nullptr);
      if (growing || random() % 4 == 0) expected[text] = &index.add(thing(name(text), step));
    } else {
      ASSERT_EQ(index.find(name(text)), known->second);
      if (!growing || random() % 4 == 0) {
        index.erase(*known->second);
        expected.erase(known);
      }
    }
    ASSERT_EQ(index.size(), expected.size());
  }
  for (const auto& [text, value] : expected) EXPECT_EQ(index.find(name(text)), value);
}

}  // namespace
}  // namespace postage::shard
