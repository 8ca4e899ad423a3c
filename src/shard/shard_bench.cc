// What a delivery costs inside the process, sockets left out: one publisher, N subscribers of one channel on one shard,
// W publishes joined in a turn. `bare` is the floor: a loop that pushes the joined buffer's pointer to each connection
// and marks it dirty, as the measured prototype does. The others run the whole shard: offsets, window, admission against
// a hard quota, counting in the meter's memory-mapped windows, a unit cell for each connection; `capped` adds one
// customer's cap on the channel.
// ns_per_delivery counts one message to one subscriber; ns_per_push one joined buffer to one subscriber.
#include <benchmark/benchmark.h>

#include "shard/money_kit.h"
#include "shard/shard_kit.h"

namespace postage::shard::kit {
namespace {

/// What net's connection does for a delivery: keep the pointer, add the bytes, mark dirty once.
class QueueSink {
 public:
  bool send(const BufferRef& frames) {
    if (bytes_ + frames.size() > static_cast<std::size_t>(limits::send_queue_bytes_max)) return false;
    bytes_ += frames.size();
    queue_.push_back(frames);
    if (!dirty_) {
      dirty_ = true;
      dirty_list->push_back(this);
    }
    return true;
  }
  bool append(std::string_view frames) {
    BufferRef own = BufferRef::make();
    own.unshared().append(frames);
    return send(own);
  }
  void flush() {
    queue_.clear();
    bytes_ = 0;
    dirty_ = false;
  }
  std::vector<QueueSink*>* dirty_list = nullptr;

 private:
  std::vector<BufferRef> queue_;
  std::size_t bytes_ = 0;
  bool dirty_ = false;
};

class SilentClient final : public Client {
 public:
  void on_connected(const Answer<Connected>&) override {}
  void on_restored(const Answer<Restored>&) override {}
  bool on_channel_restored(const ChannelRestored&, bool) override { return true; }
  void on_subscribed(std::uint64_t, const Answer<Position>&) override {}
  void on_unsubscribed(std::uint64_t, const Answer<Instant>&) override {}
  void on_published(std::uint64_t, const Answer<Published>& answer) override {
    CHECK(std::holds_alternative<Published>(answer));
  }
  void on_ended(Errc) override {}
  void on_limits() override {}
};

/// Admits and counts nothing: what the money side costs is the difference.
class FreeProject final : public ProjectTally {
 public:
  bool admit(std::string_view, std::uint64_t, Instant, Refusal&) override { return true; }
  bool would_admit(std::string_view, std::uint64_t, Instant, Refusal&) override { return true; }
  void give_back(std::string_view, std::uint64_t, Instant) override {}
  void count(std::string_view, std::uint64_t, Instant) override {}
  void count_closing(std::string_view, Instant) override {}
  bool open_connection(const NewConnection&, Instant, meter::Cell&, Refusal&) override { return true; }
  void close_connection(meter::Cell&, Instant) override {}
};
class FreeTally final : public Tally {
 public:
  void begin_turn(Instant) override {}
  void end_turn() override {}
  std::unique_ptr<ProjectTally> project(const ProjectTerms&) override { return std::make_unique<FreeProject>(); }
};

void report(benchmark::State& state, std::size_t subscribers, std::size_t publishes) {
  const double pushes = static_cast<double>(state.iterations()) * static_cast<double>(subscribers);
  state.counters["ns_per_push"] = benchmark::Counter(pushes * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["ns_per_delivery"] = benchmark::Counter(pushes * static_cast<double>(publishes) * 1e-9,
                                                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void fan_out(benchmark::State& state, Tally& tally) {
  const auto subscribers = static_cast<std::size_t>(state.range(0));
  const auto publishes = static_cast<std::size_t>(state.range(1));
  Shards shards(1, &tally);
  ProjectTerms terms;
  terms.id = ProjectId{1};
  terms.account = AccountId{1};
  shards.projects.put(terms);
  Shard& shard = *shards.shards[0];
  SilentClient client;
  std::vector<QueueSink*> dirty;
  std::vector<std::unique_ptr<QueueSink>> sinks;
  std::vector<Member*> members;
  shard.enter(shards.now());
  for (std::size_t i = 0; i < subscribers; ++i) {
    sinks.push_back(std::make_unique<QueueSink>());
    sinks.back()->dirty_list = &dirty;
    SessionTraits traits;
    traits.project = terms.id;
    traits.user = "user" + std::to_string(i);
    members.push_back(shard.connect(client, Outlet::of(*sinks.back()), Codec::proto, traits));
  }
  shards.settle();
  shard.enter(shards.now());
  for (Member* member : members) shard.subscribe(member, 1, "stage", {});
  shards.settle();
  const std::string payload(64, 'x');
  PublishCall call;
  call.channel = "stage";
  call.payload = engine::Payload::binary(payload);
  for (auto _ : state) {
    shard.enter(shards.now());
    for (std::size_t i = 0; i < publishes; ++i) shard.publish(members[0], 0, call);
    shard.turn(shards.now());
    for (QueueSink* sink : dirty) sink->flush();
    dirty.clear();
  }
  report(state, subscribers, publishes);
  for (Member* member : members) shard.leave(member, false);
  shards.settle();
}

void bare(benchmark::State& state) {
  const auto subscribers = static_cast<std::size_t>(state.range(0));
  const auto publishes = static_cast<std::size_t>(state.range(1));
  std::vector<QueueSink*> dirty;
  std::vector<std::unique_ptr<QueueSink>> sinks;
  std::vector<QueueSink*> list;
  for (std::size_t i = 0; i < subscribers; ++i) {
    sinks.push_back(std::make_unique<QueueSink>());
    sinks.back()->dirty_list = &dirty;
    list.push_back(sinks.back().get());
  }
  const std::string payload(64, 'x');
  for (auto _ : state) {
    BufferRef joined = BufferRef::make();
    for (std::size_t i = 0; i < publishes; ++i) {
      wire::MessageEvent event;
      event.channel = "stage";
      event.publisher = "user0";
      event.payload = engine::Payload::binary(payload);
      event.offset = i + 1;
      wire::append_message(joined.unshared(), Codec::proto, event);
    }
    for (QueueSink* sink : list) benchmark::DoNotOptimize(sink->send(joined));
    for (QueueSink* sink : dirty) sink->flush();
    dirty.clear();
  }
  report(state, subscribers, publishes);
}

void unmetered(benchmark::State& state) {
  FreeTally tally;
  fan_out(state, tally);
}
void metered(benchmark::State& state) {
  RealMoney money(1, "premium", kStart);
  fan_out(state, money.tally(0));
}

/// The same under a customer's cap on channels with a prefix, far from used up: what every publish pays for one cap.
void capped(benchmark::State& state) {
  RealMoney money(1, "premium", kStart);
  quota::CapSet set;
  set.zone = (*catalog::builtin("cn26"))->zone;
  const CapId cap{1};
  set.caps.push_back({cap, ProjectId{1}, "st", std::int64_t{1} << 60, {}, money.slot(cap)});
  money.gate().caps().set(money.gate(), set, kStart, true, [](CapId) { return std::int64_t{0}; });
  fan_out(state, money.tally(0));
  CHECK(money.units(cap) > 0);
}

BENCHMARK(bare)->Args({1000, 1})->Args({1000, 16})->Args({1000, 64})->Args({1, 1});
BENCHMARK(unmetered)->Args({1000, 1})->Args({1000, 16})->Args({1000, 64})->Args({1, 1});
BENCHMARK(metered)->Args({1000, 1})->Args({1000, 16})->Args({1000, 64})->Args({1, 1});
BENCHMARK(capped)->Args({1000, 1})->Args({1000, 16})->Args({1000, 64})->Args({1, 1});

}  // namespace
}  // namespace postage::shard::kit
