// Projects: each an App ID with certificates and limits.
#include "api/resources.h"
#include "api/services.h"
#include "api/views.h"

namespace postage::api {
namespace {

using auth::Permission;

/// Member "limits" of a body: only names of spec/project_limits.def; ranges are the directory's to check.
LimitValues read_limits(Body& body) {
  LimitValues values;
  if (!body.enter("limits")) return values;
  for (const auto& [name, standard] : auth::limit_values(auth::ProjectLimits{})) {
    if (const auto value = body.maybe_integer(name, 0, INT64_MAX)) values[name] = *value;
  }
  body.leave();
  return values;
}

Outcome list(Call& call) {
  const Page page = read_page(call.query);
  if (auto mistake = call.query.mistake()) return *mistake;
  const auto snapshot = call.services.directory.snapshot();
  return page_of(
      snapshot->projects_of(call.account), page.cursor.value_or(0), page.limit,
      [](const auto* each) { return each->id.value; },
      [](const auth::ProjectInfo* each) { return project_json(*each); });
}

Outcome create(Call& call) {
  Body body(call.request.body);
  auth::NewProject fields;
  fields.account = call.account;
  fields.name = body.text("name", {1, 200});
  fields.app_id_only = body.maybe_flag("app_id_only").value_or(false);
  fields.with_certificate = body.maybe_flag("with_certificate").value_or(true);
  fields.app_id = body.maybe_text("app_id", {32, 32}).value_or("");
  fields.certificate = body.maybe_text("certificate", {32, 32}).value_or("");
  fields.limits = read_limits(body);
  if (auto mistake = body.mistake()) return *mistake;
  const auto made = call.services.directory.create_project(fields, actor_of(call), call.now);
  if (!made) return pointed(made.error());
  Json shown = project_json(*made);
  const auth::Certificate& primary = made->certificate(auth::CertificateSlot::primary);
  if (primary.exists()) shown["certificate"] = primary.text;  // Shown once; later only by rotating it.
  return Reply{201, std::move(shown), {}, {}, {{"Location", "/v1/projects/" + id_text(made->id)}}};
}

Outcome get(Call& call) {
  if (auto mistake = call.query.mistake()) return *mistake;
  const auto snapshot = call.services.directory.snapshot();
  const auth::ProjectInfo* project = snapshot->project(call.project);
  if (!project) return Errc::not_found;
  return project_json(*project);
}

Outcome change(Call& call) {
  Body body(call.request.body);
  auth::ProjectChange fields;
  fields.name = body.maybe_text("name", {1, 200});
  fields.app_id_only = body.maybe_flag("app_id_only");
  fields.disabled = body.maybe_flag("disabled");
  fields.limits = read_limits(body);
  if (auto mistake = body.mistake()) return *mistake;
  const auto changed = call.services.directory.change_project(call.project, fields, actor_of(call), call.now);
  if (!changed) return pointed(changed.error());
  return project_json(*changed);
}

Outcome remove(Call& call) {
  TRY_VOID(call.services.directory.delete_project(call.project, actor_of(call), call.now));
  return Reply{204, {}, {}, {}, {}};
}

const Parameter kListQuery[] = {kLimitParameter, kCursorParameter};

const Route kRoutes[] = {
    {Method::get, "/accounts/{account}/projects", "listProjects", "Projects of the account", Permission::project_read,
     list, "", "ProjectList", 200, false, kListQuery},
    {Method::post, "/accounts/{account}/projects", "createProject", "Make a project; its certificate is shown once",
     Permission::project_write, create, "NewProject", "NewProjectAnswer", 201, true},
    {Method::get, "/projects/{project}", "getProject", "One project", Permission::project_read, get, "", "Project"},
    {Method::patch, "/projects/{project}", "changeProject", "Change name, limits, or switch it off",
     Permission::project_write, change, "ProjectChange", "Project"},
    {Method::del, "/projects/{project}", "deleteProject", "End the project; its usage is still billed",
     Permission::project_write, remove, "", "", 204},
};

}  // namespace

std::span<const Route> project_routes() { return kRoutes; }

}  // namespace postage::api
