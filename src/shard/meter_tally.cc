#include "shard/meter_tally.h"

#include "base/log.h"

namespace postage::shard {
namespace {

std::int64_t units_of(std::uint64_t units) { return static_cast<std::int64_t>(units); }

// The compatible surface's number stays what the caller put there; the quota's own row goes beside it.
void explain(const quota::Refusal& refused, Refusal& why) {
  why.quota = Refusal::Quota{refused.code, quota::meter_name(refused.meter), refused.limit, refused.used,
                             refused.needed, refused.reset};
  why.detail = refused.to_error().detail;
}

class MeteredProject final : public ProjectTally {
 public:
  MeteredProject(ProjectId id, std::shared_ptr<quota::Gate> gate, meter::ProjectSlot slot, meter::AccountSlot account,
                 meter::ShardWindows& windows, meter::Connections& connections)
      : id_(id), gate_(std::move(gate)), slot_(slot), account_(account), windows_(windows), connections_(connections) {}

  bool admit(std::uint64_t units, Instant at, Refusal& why) override {
    quota::Refusal refused;
    if (gate_->admit_messages(units_of(units), at, &refused)) return true;
    explain(refused, why);
    return false;
  }
  void give_back(std::uint64_t units, Instant at) override { gate_->give_back_messages(units_of(units), at); }
  void count(std::uint64_t units, Instant at) override { windows_.add(slot_, at, units_of(units)); }
  void count_closing(Instant at) override {
    const std::int64_t counted = gate_->count_closing(at);
    if (counted > 0) windows_.add(slot_, at, counted);
  }
  bool open_connection(const NewConnection& connection, Instant at, meter::Cell& cell, Refusal& why) override {
    quota::Refusal refused;
    if (!gate_->admit_connection(id_, at, &refused)) {
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
