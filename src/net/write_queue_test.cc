#include "net/write_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

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

RC_GTEST_PROP(WriteQueue, IsAQueueOfBytes, ()) {
  WriteQueue queue;
  std::string model;
  const int steps = *rc::gen::inRange(0, 400);
  for (int i = 0; i < steps; ++i) {
    if (*rc::gen::inRange(0, 3) != 0) {
      const std::string bytes = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
      queue.push(BufferRef(bytes));
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
}

}  // namespace
}  // namespace postage::net
