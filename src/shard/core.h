#pragma once
// What the parts of one shard share: its time, its projects, its alarms, and the way to other shards.
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/bus.h"
#include "shard/alarms.h"
#include "shard/mail.h"
#include "shard/ports.h"

namespace postage::shard {

/// A project as this shard knows it. The address is good as long as the shard.
class Project {
 public:
  explicit Project(ProjectId id) { terms_.id = id; }
  [[nodiscard]] const ProjectTerms& terms() const { return terms_; }
  /// True if it may be used: it exists, is not disabled, and can be metered.
  [[nodiscard]] bool open() const { return tally_ != nullptr && terms_.open; }
  /// What its sessions are ended with while it is not open.
  [[nodiscard]] Errc closed_for() const { return terms_.closed_for; }
  /// True when it is the account that is suspended.
  [[nodiscard]] bool account_suspended() const { return !terms_.open && terms_.closed_for == Errc::account_suspended; }
  /// What a publish is told while it is not open.
  [[nodiscard]] Refusal closed_answer() const {
    if (account_suspended()) return Errc::account_suspended;
    return Refusal(Errc::channel_publish_message_failed, "the project is closed");
  }
  /// True from the refresh that changed its limits until the next one.
  [[nodiscard]] bool limits_changed() const { return limits_changed_; }
  /// Null only while nothing was ever admitted for this project here.
  [[nodiscard]] ProjectTally* tally() const { return tally_.get(); }

 private:
  friend class Projects;
  ProjectTerms terms_;
  std::unique_ptr<ProjectTally> tally_;
  bool limits_changed_ = false;
};

/// The projects that this shard has met. Thread: the shard's.
class Projects {
 public:
  Projects(const ProjectBook& book, Tally& tally) : book_(book), tally_(tally), version_(book.version()) {}
  Project& of(ProjectId id);
  /// What a refresh did to some project.
  struct Changed {
    bool closed = false;
    bool limits = false;
  };
  /// Reads all terms again if the book has changed.
  Changed refresh();

 private:
  void load(Project& project);
  const ProjectBook& book_;
  Tally& tally_;
  std::uint64_t version_;
  std::unordered_map<ProjectId, std::unique_ptr<Project>> projects_;
};

/// See the top of the file.
class Core {
 public:
  Core(ShardIndex index, bus::Bus<Mail>& bus, const ProjectBook& book, Tally& tally, Chance& chance)
      : index(index), bus(bus), projects(book, tally), chance(chance), out_(bus.shards()) {}

  /// Sends at the end of the turn; to itself too, so that nothing here is called from inside itself.
  void send(ShardIndex to, Mail mail);
  /// Hands what was sent to other shards to the bus.
  void post_all();
  /// Mail to itself, in order; empties it.
  std::vector<Mail> take_own() { return std::exchange(own_, {}); }
  [[nodiscard]] bool has_own() const { return !own_.empty(); }
  [[nodiscard]] std::size_t shards() const { return out_.size(); }
  /// Random, 1 to wire::kIntegerMax.
  std::uint64_t random_epoch();

  const ShardIndex index;
  bus::Bus<Mail>& bus;
  Now now;
  Alarms alarms;
  Projects projects;
  Chance& chance;
  std::string frame;  ///< scratch: one message's frame, from its encoding to its delivery
  Footprint footprint;  ///< scratch: where the publish at hand went
  std::uint64_t published = 0;
  std::uint64_t delivered = 0;
  std::uint64_t slow_consumers = 0;

 private:
  struct Out {
    std::vector<Mail> mails;
    std::size_t bytes = 0;
  };
  std::vector<Out> out_;
  std::vector<Mail> own_;
};

}  // namespace postage::shard
