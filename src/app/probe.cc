#include "app/probe.h"

#include <openssl/crypto.h>

#include "app/demo_client.h"
#include "auth/token.h"

namespace postage::app {
namespace {

constexpr std::string_view kHeader = "x-postage-probe";
constexpr std::string_view kUser = "probe";
constexpr std::int64_t kTokenSeconds = 3600;

/// Admits everything and counts nothing.
class UncountedProject final : public shard::ProjectTally {
 public:
  bool admit(std::string_view, std::uint64_t, Instant, shard::Refusal&) override { return true; }
  bool would_admit(std::string_view, std::uint64_t, Instant, shard::Refusal&) override { return true; }
  void give_back(std::string_view, std::uint64_t, Instant) override {}
  void count(std::string_view, std::uint64_t, Instant) override {}
  void count_closing(std::string_view, Instant) override {}
  bool open_connection(const shard::NewConnection&, Instant, meter::Cell&, shard::Refusal&) override { return true; }
  void close_connection(meter::Cell&, Instant) override {}
};

}  // namespace

ProbeProject::ProbeProject(auth::Entropy& entropy) : secret(entropy.hex(64)) {
  project.id = kId;
  project.app_id = AppId{entropy.hex(32)};
  project.name = "probe";
  project.certificates[0] = {entropy.hex(32), true, {}};
  account.name = "probe";
}

Result<std::string> ProbeProject::token(Instant now, std::uint32_t salt) const {
  auth::LoginTokenRequest ask;
  ask.app_id = project.app_id.text;
  ask.user_id = kUser;
  ask.issued_at = now;
  ask.expire_seconds = kTokenSeconds;
  ask.salt = salt;
  return auth::build_login_token(ask, project.certificates[0].text);
}

const auth::ProjectInfo* ProbedTenants::find(std::string_view app_id) {
  const auth::ProjectInfo* found = inner_.find(app_id);
  return found == nullptr && app_id == probe_.project.app_id.text ? &probe_.project : found;
}

const auth::ProjectInfo* ProbedTenants::project(ProjectId id) {
  return id == ProbeProject::kId ? &probe_.project : inner_.project(id);
}

const auth::AccountInfo* ProbedTenants::account(AccountId id) { return id ? inner_.account(id) : &probe_.account; }

std::optional<shard::ProjectTerms> ProbedBook::find(ProjectId id) const {
  if (id != ProbeProject::kId) return inner_.find(id);
  shard::ProjectTerms terms;
  terms.id = id;
  return terms;
}

std::unique_ptr<shard::ProjectTally> ProbedTally::project(const shard::ProjectTerms& terms) {
  if (terms.id == ProbeProject::kId) return std::make_unique<UncountedProject>();
  return MeterTally::project(terms);
}

void ProbeDoor::handle(net::Request, net::Responder responder) {
  responder(net::Response::problem(404, "this door is the server's own"));
}

net::UpgradeAnswer ProbeDoor::upgrade(const net::Request& request) {
  const std::string_view given = request.header(kHeader);
  if (given.size() != secret_.size() || CRYPTO_memcmp(given.data(), secret_.data(), secret_.size()) != 0) {
    return net::Response::problem(404, "this door is the server's own");
  }
  return inner_.upgrade(request);
}

Result<void> probe_once(const ProbeProject& probe, std::uint16_t port, std::string_view token, milliseconds wait) {
  DemoClient client({wait, std::string(kHeader) + ": " + probe.secret + "\r\n", "postage-probe"});
  TRY_VOID(client.log_in(port, probe.project.app_id.text, kUser, token));
  TRY_VOID(client.subscribe("probe"));
  TRY_VOID(client.publish_and_receive("probe", "probe"));
  return client.log_out();
}

}  // namespace postage::app
