#include "shard/meter_tally.h"

#include "base/log.h"

namespace postage::shard {
namespace {

std::int64_t units_of(std::uint64_t units) { return static_cast<std::int64_t>(units); }

// The compatible surface's number stays what the caller put there; the quota's own row goes beside it.
void explain(const quota::Refusal& refused, Refusal& why) {
  why.quota = Refusal::Quota{refused.code, quota::meter_name(refused.meter), refused.limit, refused.used,
                             refused.needed, refused.reset};
  if (refused.cap) {
    why.quota->cap_scope = refused.cap->scope;
    why.quota->cap_name = refused.cap->name;
    why.quota->cap_amount = refused.cap->amount;
  }
  why.detail = refused.to_error().detail;
}

// Without caps of the customer's own (the usual case) they cost one relaxed load; with them, their lock is taken, and the
// gate is asked inside it.
class MeteredProject final : public ProjectTally {
 public:
  MeteredProject(ProjectId id, std::shared_ptr<quota::Gate> gate, meter::ProjectSlot slot, meter::AccountSlot account,
                 meter::ShardWindows& windows, meter::Connections& connections)
      : id_(id),
        gate_(std::move(gate)),
        caps_(gate_->caps().of(id)),
        slot_(slot),
        account_(account),
        windows_(windows),
        connections_(connections) {}

  bool admit(std::string_view channel, std::uint64_t units, Instant at, Refusal& why) override {
    quota::Refusal refused;
    const bool admitted = caps_->any() ? caps_->admit(*gate_, channel, units_of(units), at, &refused)
                                       : gate_->admit_messages(units_of(units), at, &refused);
    if (!admitted) explain(refused, why);
    return admitted;
  }
  bool would_admit(std::string_view channel, std::uint64_t units, Instant at, Refusal& why) override {
    const auto refused = caps_->refuses(*gate_, channel, units_of(units), at);
    if (refused) explain(*refused, why);
    return !refused;
  }
  void give_back(std::string_view channel, std::uint64_t units, Instant at) override {
    if (caps_->any()) return caps_->give_back(*gate_, channel, units_of(units), at);
    gate_->give_back_messages(units_of(units), at);
  }
  // What a cap has seen goes first: a kill in between never leaves it below the bill.
  void count(std::string_view channel, std::uint64_t units, Instant at) override {
    if (caps_->any()) {
      caps_->count(channel, at, [&](meter::CapSlot cap) { windows_.add(cap, at, units_of(units)); });
    }
    windows_.add(slot_, at, units_of(units));
  }
  void count_closing(std::string_view channel, Instant at) override {
    if (caps_->any()) {
      if (caps_->admit(*gate_, channel, 1, at, nullptr)) count(channel, 1, at);
      return;
    }
    const std::int64_t counted = gate_->count_closing(at);
    if (counted > 0) windows_.add(slot_, at, counted);
  }
  bool open_connection(const NewConnection& connection, Instant at, meter::Cell& cell, Refusal& why) override {
    quota::Refusal refused;
    if (!caps_->admit_connection(*gate_, at, &refused)) {
      explain(refused, why);
      return false;
    }
    auto opened = connections_.open({slot_, account_, connection.session, connection.connection, connection.user, at});
    if (!opened) {
      gate_->close_connection(id_, at);
      why = Refusal(Errc::login_no_server_resources, opened.error().to_string());
      return false;
    }
    cell = std::move(*opened);
    return true;
  }
  void close_connection(meter::Cell& cell, Instant at) override {
    gate_->close_connection(id_, at);
    cell.close(at);
  }

 private:
  const ProjectId id_;
  const std::shared_ptr<quota::Gate> gate_;  // Shared by all shards; lives as long as anyone counts for the account.
  const std::shared_ptr<quota::ProjectCaps> caps_;
  const meter::ProjectSlot slot_;
  const meter::AccountSlot account_;
  meter::ShardWindows& windows_;
  meter::Connections& connections_;
};

}  // namespace

std::unique_ptr<ProjectTally> MeterTally::project(const ProjectTerms& terms) {
  std::shared_ptr<quota::Gate> gate = gates_.of(terms.account);
  const auto slot = slots_.of(terms.id);
  const auto account = slots_.of(terms.account);
  if (!gate || !slot || !account) {
    log(Level::error, "shard.project_unmetered", {{"project", terms.id.value}});
    return nullptr;
  }
  return std::make_unique<MeteredProject>(terms.id, std::move(gate), *slot, *account, windows_, connections_);
}

}  // namespace postage::shard
