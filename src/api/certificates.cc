// Certificates of a project and the 007 tokens made with them.
#include "api/resources.h"
#include "api/services.h"
#include "api/tenant.h"
#include "api/views.h"
#include "auth/token.h"
#include "base/limits.h"
#include "base/zone.h"

namespace postage::api {
namespace {

using auth::Permission;

Result<auth::CertificateSlot> slot_of(const Call& call) {
  auto slot = auth::slot_of(call.param("slot"));
  if (!slot) return Errc::not_found;
  return slot;
}

Outcome rotate(Call& call) {
  TRY(slot, slot_of(call));
  TRY(changed, call.services.directory.rotate_certificate(call.project, slot, actor_of(call), call.now));
  return Json{{"slot", std::string(auth::slot_name(slot))}, {"certificate", changed.certificate(slot).text}};
}

Outcome change(Call& call) {
  TRY(slot, slot_of(call));
  Body body(call.request.body);
  const auto enabled = body.maybe_flag("enabled");
  if (!enabled) body.refuse("enabled", "is required", Reason::missing);
  if (auto mistake = body.mistake()) return *mistake;
  TRY(changed, call.services.directory.enable_certificate(call.project, slot, *enabled, actor_of(call), call.now));
  return project_json(changed);
}

Outcome remove(Call& call) {
  TRY(slot, slot_of(call));
  auto changed = call.services.directory.delete_certificate(call.project, slot, actor_of(call), call.now);
  if (!changed) return changed.error();
  return Reply{204, {}, {}, {}, {}};
}

/// The certificate tokens are signed with: the primary, or the secondary when only that is usable.
const auth::Certificate* signing_certificate(const auth::ProjectInfo& project) {
  for (const auth::Certificate& each : project.certificates) {
    if (each.usable()) return &each;
  }
  return nullptr;
}

Outcome make_token(Call& call) {
  if (auto refused = check_feature(call, "authentication")) return *refused;
  Body body(call.request.body);
  const std::string user = body.text("user_id", {1, static_cast<std::size_t>(limits::user_id_bytes_max)});
  const std::int64_t life = body.maybe_integer("expire_seconds", 1, limits::token_seconds_max).value_or(3600);
  if (auto mistake = body.mistake()) return *mistake;
  const auto snapshot = call.services.directory.snapshot();
  const auth::ProjectInfo* project = snapshot->project(call.project);
  if (!project) return Errc::not_found;
  const auth::Certificate* certificate = signing_certificate(*project);
  if (!certificate) return Problem(Errc::conflict, "the project has no enabled certificate", {}, Reason::no_certificate);
  const auth::LoginTokenRequest request{project->app_id.text, user, call.now, life, call.services.entropy.salt()};
  const auto token = auth::build_login_token(request, certificate->text);
  if (!token && token.error().code == Errc::invalid_user_id) {
    return Problem(Errc::invalid_user_id, "must be letters, digits and signs without quotes, slashes and *", "/user_id");
  }
  if (!token) return token.error();
  const Instant issued = std::chrono::floor<seconds>(call.now);  // Tokens count whole seconds.
  return Reply{201, {{"token", *token}, {"expires_at", instant_text_utc(issued + seconds(life))}}, {}, {}, {}};
}

const Route kRoutes[] = {
    {Method::post, "/projects/{project}/certificates/{slot}:rotate", "rotateCertificate",
     "Put a new certificate into the slot; shown once, the old one stops at once", Permission::certificate_write,
     rotate, "", "Certificate"},
    {Method::patch, "/projects/{project}/certificates/{slot}", "changeCertificate", "Enable or disable a certificate",
     Permission::certificate_write, change, "CertificateChange", "Project"},
    {Method::del, "/projects/{project}/certificates/{slot}", "deleteCertificate", "Empty the slot",
     Permission::certificate_write, remove, "", "", 204},
    {Method::post, "/projects/{project}/tokens", "createToken", "Make a log-in token for a user of the project",
     Permission::token_create, make_token, "NewToken", "Token", 201},
};

}  // namespace

std::span<const Route> certificate_routes() { return kRoutes; }

}  // namespace postage::api
