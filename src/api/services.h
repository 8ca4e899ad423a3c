#pragma once
// The rooms the REST door talks to, as references given once, and the small ports it needs from those that live on
// other threads (app adapts them). Everything here outlives the router.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/problem.h"
#include "base/clock.h"
#include "base/ids.h"

namespace postage::auth {
class AuditLog;
class Credentials;
class Directory;
class Entropy;
}  // namespace postage::auth
namespace postage::invoice {
class Billing;
class Bundles;
class CatalogueDesk;
class Documents;
class Payments;
}
namespace postage::meter {
class UsageReader;
}
namespace postage::observe {
class UptimeLog;
}
namespace postage::support {
class Desk;
}
namespace postage::quota {
class Entitlements;
struct CapUsage;
}  // namespace postage::quota

namespace postage::api {

/// One REST publish to a message channel.
struct PublishAsk {
  ProjectId project;
  std::string channel;
  std::string payload;
  bool text = true;  ///< a string payload; else bytes
  std::string custom_type;
  std::string publisher;  ///< user ID the receivers see
  bool dry_run = false;   ///< only the price: nothing is admitted, counted or delivered
};

/// What the home shard did. For a dry run epoch and offset are 0 and units is what the publish would cost now.
struct Published {
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
  Instant timestamp{};
  std::uint64_t units = 0;
  std::uint64_t receivers = 0;
  std::optional<Problem> refused{};  ///< dry run: what would refuse it
};

/// Port to the channel's home shard. `done` is called exactly once, from any thread; a refusal is a Problem with its
/// quota facts.
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual void publish(PublishAsk ask, std::function<void(std::variant<Published, Problem>)> done) = 0;
};

/// What a Router needs.
struct Services {
  Clock& clock;
  auth::Directory& directory;
  auth::Credentials& credentials;
  auth::AuditLog& audit;
  auth::Entropy& entropy;     ///< salts of tokens
  invoice::Billing& billing;  ///< plans, running bills, invoices
  Publisher& publisher;
  const meter::UsageReader& usage;
  const invoice::Documents& documents;  ///< bills, invoices and credit notes as files; credit notes are issued here
  invoice::CatalogueDesk* catalogues = nullptr;  ///< the operator's own catalogues; always there in a server
  std::string catalogue = "cn26";                ///< of new accounts that name none
  const invoice::Bundles* bundles = nullptr;  ///< exports that can be verified; null: their routes answer 503
  const observe::UptimeLog* uptime = nullptr;  ///< measured uptime and maintenance; never null behind a router
  support::Desk* desk = nullptr;               ///< support requests; never null behind a router
  /// Features of accounts; null: everybody has all (tests).
  const quota::Entitlements* entitlements = nullptr;
  /// What the caps below an account have seen this month.
  std::function<std::vector<quota::CapUsage>(AccountId, Instant)> cap_usage{};
  invoice::Payments* payments = nullptr;  ///< money received; a server has it always
};

}  // namespace postage::api
