#include "net/write_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace postage::net {
namespace {

std::string all(const WriteQueue& queue) {
  std::string out;
  queue.copy(out, queue.bytes());
  return out;
}

TEST(WriteQueue, TheFirstBufferIsKeptInside) {
  WriteQueue queue;
  EXPECT_TRUE(queue.empty());
  queue.push(BufferRef(std::string("abc")));
  EXPECT_TRUE(queue.single());
  EXPECT_EQ(queue.front(), "abc");
  queue.consume(2);
  EXPECT_EQ(queue.front(), "c");
  queue.consume(1);
  EXPECT_TRUE(queue.empty());
}

TEST(WriteQueue, AnEmptyBufferIsNotQueued) {
  WriteQueue queue;
  queue.push(BufferRef(std::string()));
  queue.push(BufferRef());
  EXPECT_TRUE(queue.empty());
}

TEST(WriteQueue, DroppingKeepsWhatHasBegun) {
  WriteQueue queue;
  for (const char* text : {"first", "second", "third"}) queue.push(BufferRef(std::string(text)));
  queue.consume(2);
  queue.drop_unbegun(0);
  EXPECT_EQ(all(queue), "rst");
  EXPECT_EQ(queue.bytes(), 3u);
  queue.push(BufferRef(std::string("close")));
  EXPECT_EQ(all(queue), "rstclose");
}

TEST(WriteQueue, DroppingKeepsWhatTlsHasPromised) {
  WriteQueue queue;
  for (const char* text : {"first", "second", "third"}) queue.push(BufferRef(std::string(text)));
  queue.drop_unbegun(7);
  EXPECT_EQ(all(queue), "firstsecond");
  queue.drop_unbegun(0);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(WriteQueue, SmallBytesOfOneTurnAreOneBufferAndSharedOnesStayAsTheyAre) {
  WriteQueue queue;
  const BufferRef shared(std::string("shared"));
  queue.append("one");
  queue.append("two");
  EXPECT_TRUE(queue.single());
  queue.push(shared);
  EXPECT_TRUE(queue.single());  // Small: copied.
  const BufferRef large(std::string(2000, 'l'));
  queue.push(large);
  EXPECT_FALSE(queue.single());
  queue.append("three");
  EXPECT_EQ(all(queue), "onetwoshared" + std::string(2000, 'l') + "three");
  EXPECT_EQ(shared.view(), "shared");
  EXPECT_EQ(large.view(), std::string(2000, 'l'));
}

TEST(WriteQueue, ItsOwnBuffersDoNotGrowWithoutEnd) {
  WriteQueue queue;
  std::string model;
  for (int i = 0; i < 100; ++i) {
    queue.append(std::string(1000, static_cast<char>('a' + i % 26)));
    model += std::string(1000, static_cast<char>('a' + i % 26));
  }
  EXPECT_EQ(all(queue), model);
  EXPECT_LE(queue.front().size(), 16u * 1024);
}

RC_GTEST_PROP(WriteQueue, IsAQueueOfBytes, ()) {
  WriteQueue queue;
  std::string model;
  std::vector<std::pair<BufferRef, std::string>> shared;  // What others hold never changes.
  const int steps = *rc::gen::inRange(0, 400);
  for (int i = 0; i < steps; ++i) {
    const int what = *rc::gen::inRange(0, 4);
    if (what == 1) {
      const std::string bytes = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
      queue.append(bytes);
      model += bytes;
    } else if (what > 1) {
      std::string bytes = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
      if (what == 3) bytes.append(600, 'L');
      shared.emplace_back(BufferRef(bytes), bytes);
      queue.push(shared.back().first);
      model += bytes;
    } else {
      const auto count = *rc::gen::inRange<std::size_t>(0, model.size() + 1);
      queue.consume(count);
      model.erase(0, count);
    }
    RC_ASSERT(queue.bytes() == model.size());
    RC_ASSERT(queue.empty() == model.empty());
    RC_ASSERT(all(queue) == model);
    iovec pieces[8];
    std::string gathered;
    const std::size_t count = queue.gather(pieces, 8);
    for (std::size_t k = 0; k < count; ++k) gathered.append(static_cast<char*>(pieces[k].iov_base), pieces[k].iov_len);
    RC_ASSERT(model.starts_with(gathered));
    RC_ASSERT(gathered.empty() == model.empty());
  }
  for (const auto& [buffer, bytes] : shared) RC_ASSERT(buffer.view() == bytes);
}

}  // namespace
}  // namespace postage::net
