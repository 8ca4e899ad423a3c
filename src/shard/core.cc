#include "shard/core.h"

#include <cstring>

namespace postage::shard {
namespace {

std::size_t bytes_of(const SubscribeMail& m) { return m.channel.name.size(); }
std::size_t bytes_of(const SubscribedMail& m) {
  return m.channel.name.size() + (m.caught_up ? m.caught_up->frames.size() : 0);
}
std::size_t bytes_of(const UnsubscribeMail& m) { return m.channel.name.size(); }
std::size_t bytes_of(const UnsubscribedMail& m) { return m.channel.name.size(); }
std::size_t bytes_of(const PublishMail& m) {
  return m.channel.name.size() + m.publisher.size() + m.custom_type.size() + m.payload.size();
}
std::size_t bytes_of(const DeliveryMail& m) { return m.channel.name.size() + m.delivery.frames.size(); }
std::size_t bytes_of(const UserMail& m) { return m.frame.size(); }
std::size_t bytes_of(const LeaveMail& m) {
  return m.user.size() + (m.parked ? m.parked->subscriptions.size() * sizeof(ParkedSubscription) : 0);
}
std::size_t bytes_of(const ResumedMail& m) { return m.parked.subscriptions.size() * sizeof(ParkedSubscription); }
template <class Other>
std::size_t bytes_of(const Other&) {
  return 0;
}

}  // namespace

std::size_t mail_bytes(const Mail& mail) {
  return sizeof(Mail) + std::visit([](const auto& m) { return bytes_of(m); }, mail);
}

Project& Projects::of(ProjectId id) {
  std::unique_ptr<Project>& slot = projects_[id];
  if (!slot) {
    slot = std::make_unique<Project>(id);
    load(*slot);
  }
  return *slot;
}

void Projects::load(Project& project) {
  const std::optional<ProjectTerms> terms = book_.find(project.terms_.id);
  if (!terms) {
    project.terms_.open = false;
    return;
  }
  const bool moved = project.terms_.account != terms->account;
  project.terms_ = *terms;
  if (!project.tally_ || moved) {
    if (std::unique_ptr<ProjectTally> tally = tally_.project(*terms)) project.tally_ = std::move(tally);
  }
}

Projects::Changed Projects::refresh() {
  const std::uint64_t version = book_.version();
  if (version == version_) return {};
  version_ = version;
  Changed changed;
  for (auto& [id, project] : projects_) {
    const bool was_open = project->open();
    const std::uint64_t limits = project->terms_.limits_version;
    load(*project);
    project->limits_changed_ = project->terms_.limits_version != limits;
    changed.closed = changed.closed || (was_open && !project->open());
    changed.limits = changed.limits || project->limits_changed_;
  }
  return changed;
}

void Core::send(ShardIndex to, Mail mail) {
  if (to == index) {
    own_.push_back(std::move(mail));
    return;
  }
  Out& out = out_[to];
  out.bytes += mail_bytes(mail);
  out.mails.push_back(std::move(mail));
}

void Core::post_all() {
  for (std::size_t to = 0; to < out_.size(); ++to) {
    Out& out = out_[to];
    if (out.mails.empty()) continue;
    bus.post(to, out.mails, out.bytes);
    out.bytes = 0;
  }
}

std::uint64_t Core::random_epoch() {
  std::uint64_t epoch = 0;
  while (epoch == 0) {
    std::uint8_t bytes[8];
    chance.fill(bytes);
    std::memcpy(&epoch, bytes, sizeof epoch);
    epoch &= wire::kIntegerMax;
  }
  return epoch;
}

}  // namespace postage::shard
