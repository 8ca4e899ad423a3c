#include "app/trickle.h"

#include <fmt/format.h>

#include <memory>

#include "app/demo_client.h"
#include "auth/entropy.h"
#include "auth/token.h"
#include "base/log.h"

namespace postage::app {
namespace {

constexpr milliseconds kBeat{900};
constexpr const char* kUsers[] = {"ann", "bob", "chen", "dora", "emil"};
constexpr const char* kLines[] = {
    "hello", "你好，这是一条演示消息", "the build is green", "lunch at twelve?", "在吗？", "order 1042 has shipped",
    "the elevator is stuck again", "收到，谢谢", "meeting moved to room 3", "price update: 19.90",
};

/// One client and what it is for.
struct Talker {
  const TrickleProject* project;
  std::string user;
  DemoClient client;
};

Result<void> join(Talker& talker, std::uint16_t port, Instant now) {
  auth::LoginTokenRequest ask;
  ask.app_id = talker.project->app_id;
  ask.user_id = talker.user;
  ask.issued_at = now;
  ask.salt = auth::system_entropy().salt();
  TRY(token, auth::build_login_token(ask, talker.project->certificate));
  TRY_VOID(talker.client.log_in(port, talker.project->app_id, talker.user, token));
  return talker.client.subscribe(talker.project->channel);
}

}  // namespace

Trickle::Trickle(std::uint16_t port, std::vector<TrickleProject> projects, const Clock& clock)
    : port_(port), projects_(std::move(projects)), clock_(clock), thread_([this] { work(); }) {}

Trickle::~Trickle() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool Trickle::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

void Trickle::work() {
  std::vector<std::unique_ptr<Talker>> talkers;
  for (const TrickleProject& project : projects_) {
    for (int i = 0; i < project.clients; ++i) {
      auto talker = std::make_unique<Talker>();
      talker->project = &project;
      talker->user = kUsers[static_cast<std::size_t>(i) % std::size(kUsers)];
      talkers.push_back(std::move(talker));
    }
  }
  // A client whose quota is used up or whose token has ended tries again at its next turn, as a real one would.
  for (std::size_t beat = 0; pause(kBeat); ++beat) {
    Talker& talker = *talkers[beat % talkers.size()];
    Result<void> done;
    if (!talker.client.connected()) done = join(talker, port_, clock_.wall());
    if (done) done = talker.client.publish(talker.project->channel, kLines[beat * 7 % std::size(kLines)]);
    for (const auto& other : talkers) {
      if (other.get() != &talker && other->client.connected()) (void)other->client.keep_alive();
    }
    if (!done) {
      log(Level::debug, "demo client", {{"user", talker.user}, {"error", done.error().to_string()}});
      if (done.error().code != Errc::channel_publish_message_too_frequent) talker.client.disconnect();
    }
  }
}

}  // namespace postage::app
