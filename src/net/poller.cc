#include "net/poller.h"

#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <utility>

namespace postage::net {
namespace {
// What a turn reads, it delivers and writes while it is still in the processor's cache: so few enough for that, and enough
// that a turn's own cost (clock, wait, hooks) does not count. The kernel hands out the rest first next time.
constexpr int kBatch = 128;
constexpr int kAhead = 2;         // sockets
constexpr int kLines = 4;         // of an owner's memory
constexpr std::size_t kLineBytes = 64;
}

Result<Poller> Poller::create() {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) return Error(Errc::unavailable, "no descriptor for epoll");
  return Poller(descriptor);
}

Poller::Poller(int descriptor) : descriptor_(descriptor), events_(kBatch) {}

Poller::Poller(Poller&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      nanosecond_wait_(other.nanosecond_wait_),
      events_(std::move(other.events_)) {}

Poller::~Poller() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Poller::add(int descriptor, std::uint32_t events, Pollable* owner) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = owner;
  return ::epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::change(int descriptor, std::uint32_t events, Pollable* owner) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = owner;
  ::epoll_ctl(descriptor_, EPOLL_CTL_MOD, descriptor, &event);
}

void Poller::remove(int descriptor, Pollable* owner) {
  ::epoll_ctl(descriptor_, EPOLL_CTL_DEL, descriptor, nullptr);
  for (int i = next_; i < ready_; ++i) {
    if (events_[static_cast<std::size_t>(i)].data.ptr == owner) events_[static_cast<std::size_t>(i)].events = 0;
  }
}

void Poller::wait(std::optional<nanoseconds> patience) {
  ready_ = -1;
  next_ = 0;
  if (nanosecond_wait_ && patience) {
    timespec left{};
    left.tv_sec = static_cast<time_t>(patience->count() / 1'000'000'000);
    left.tv_nsec = static_cast<long>(patience->count() % 1'000'000'000);
    ready_ = ::epoll_pwait2(descriptor_, events_.data(), kBatch, &left, nullptr);
    if (ready_ < 0 && errno != EINTR) nanosecond_wait_ = false;  // Old kernel, or forbidden in this container.
  }
  if (ready_ < 0 && !(nanosecond_wait_ && patience)) {
    int milliseconds_left = -1;
    // Rounded up, or the loop would spin through the last part of a millisecond.
    if (patience) {
      const auto ceiling = std::chrono::ceil<milliseconds>(*patience).count();
      milliseconds_left = static_cast<int>(std::min<std::int64_t>(ceiling, 1'000'000'000));
    }
    ready_ = ::epoll_wait(descriptor_, events_.data(), kBatch, milliseconds_left);
  }
  if (ready_ < 0) ready_ = 0;  // A signal; the next turn waits again.
}

bool Poller::dispatch() {
  bool woken = false;
  while (next_ < ready_) {
    if (next_ + kAhead < ready_) {
      const auto* soon = static_cast<const char*>(events_[static_cast<std::size_t>(next_ + kAhead)].data.ptr);
      for (std::size_t line = 0; soon != nullptr && line < kLines; ++line) __builtin_prefetch(soon + line * kLineBytes);
    }
    const epoll_event event = events_[static_cast<std::size_t>(next_++)];
    if (event.data.ptr == nullptr) {
      woken = true;
    } else if (event.events != 0) {
      static_cast<Pollable*>(event.data.ptr)->on_events(event.events);
    }
  }
  return woken;
}

}  // namespace postage::net
