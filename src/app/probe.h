#pragma once
// The probe of the message path: a real client logs in over a real socket of each lane to a project of the server's own,
// publishes to a channel of its own and waits for the delivery. That project is in no directory, has no account, and its
// tally counts nothing: a probe can never reach a meter, a quota or a bill.
#include <cstdint>
#include <memory>
#include <string>

#include "auth/directory.h"
#include "auth/entropy.h"
#include "base/clock.h"
#include "gateway/ports.h"
#include "net/ports.h"
#include "shard/meter_tally.h"
#include "shard/ports.h"

namespace postage::app {

/// The project of the probes, made new at each start; its certificate never leaves the process. Immutable; thread: any.
struct ProbeProject {
  explicit ProbeProject(auth::Entropy& entropy);
  /// A token for the probe's user. Errors: internal.
  [[nodiscard]] Result<std::string> token(Instant now, std::uint32_t salt) const;

  /// Above every id that a directory gives.
  static constexpr ProjectId kId{INT64_MAX};
  auth::ProjectInfo project;
  auth::AccountInfo account;  ///< id 0: nobody's
  std::string secret;         ///< what the probe door asks for
};

/// Tenants of a directory, and the probe's project. Thread: the shard's.
class ProbedTenants final : public gateway::Tenants {
 public:
  ProbedTenants(const auth::Directory& directory, gateway::HasFeature has, const ProbeProject& probe)
      : inner_(directory, std::move(has)), probe_(probe) {}
  const auth::ProjectInfo* find(std::string_view app_id) override;
  const auth::ProjectInfo* project(ProjectId id) override;
  const auth::AccountInfo* account(AccountId id) override;
  bool has(AccountId account, std::string_view feature) override { return !account || inner_.has(account, feature); }

 private:
  gateway::DirectoryTenants inner_;
  const ProbeProject& probe_;
};

/// Projects of a book, and the probe's. Thread: any shard.
class ProbedBook final : public shard::ProjectBook {
 public:
  explicit ProbedBook(const shard::ProjectBook& inner) : inner_(inner) {}
  [[nodiscard]] std::uint64_t version() const override { return inner_.version(); }
  [[nodiscard]] std::optional<shard::ProjectTerms> find(ProjectId id) const override;

 private:
  const shard::ProjectBook& inner_;
};

/// The metered tally, which never sees the probe's project. Thread: the shard's.
class ProbedTally final : public shard::MeterTally {
 public:
  using MeterTally::MeterTally;
  std::unique_ptr<shard::ProjectTally> project(const shard::ProjectTerms& terms) override;
};

/// The door of a lane's own probe socket: only an upgrade with the probe's secret gets in. Thread: its loop.
class ProbeDoor final : public net::HttpHandler {
 public:
  ProbeDoor(net::HttpHandler& inner, const std::string& secret) : inner_(inner), secret_(secret) {}
  void handle(net::Request request, net::Responder responder) override;
  net::UpgradeAnswer upgrade(const net::Request& request) override;

 private:
  net::HttpHandler& inner_;
  const std::string& secret_;
};

/// One probe of the lane behind `port` of this machine; blocks up to a few times `wait`. Errors: unavailable, or the
/// server's refusal. Thread: any.
Result<void> probe_once(const ProbeProject& probe, std::uint16_t port, std::string_view token, milliseconds wait);

}  // namespace postage::app
