#pragma once
// The bus of one process: a mailbox for each shard and a way to wake its loop.
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "bus/bus.h"
#include "bus/mailbox.h"

namespace postage::bus {

/// See the top of the file. Thread: any for post and has_room; take by the shard's own thread; on_wake before any post.
template <class Mail>
class LocalBus final : public Bus<Mail> {
 public:
  /// Mail waiting at a shard above this many bytes refuses new work.
  static constexpr std::size_t kBytesMax = 64 * 1024 * 1024;

  explicit LocalBus(std::size_t shards, std::size_t bytes_max = kBytesMax) {
    CHECK(shards > 0);
    for (std::size_t i = 0; i < shards; ++i) boxes_.push_back(std::make_unique<Box>(bytes_max));
  }

  /// `wake` is called by posters when mail arrives in an empty box; it must be thread-safe and must not block (the loop's
  /// post()). Set before threads start.
  void on_wake(std::size_t shard, std::function<void()> wake) { boxes_.at(shard)->wake = std::move(wake); }
  [[nodiscard]] std::size_t shards() const override { return boxes_.size(); }
  void post(std::size_t to, std::vector<Mail>& mails, std::size_t bytes) override {
    if (mails.empty()) return;
    Box& box = *boxes_[to];
    if (box.mailbox.push(mails, bytes) && box.wake) box.wake();
  }
  void take(std::size_t shard, std::vector<Mail>& into) override { boxes_[shard]->mailbox.take(into); }
  [[nodiscard]] bool has_room(std::size_t to) const override { return boxes_[to]->mailbox.has_room(); }

 private:
  struct Box {
    explicit Box(std::size_t bytes_max) : mailbox(bytes_max) {}
    Mailbox<Mail> mailbox;
    std::function<void()> wake;
  };
  std::vector<std::unique_ptr<Box>> boxes_;
};

}  // namespace postage::bus
