#pragma once
// What the tests of this room share: a directory, catalogues and a meter made of plain values.
#include <algorithm>
#include <map>
#include <memory>

#include "invoice/billing.h"
#include "invoice/close.h"
#include "invoice/schema.h"

namespace postage::invoice::testing {

class FakeAccounts final : public AccountBook {
 public:
  std::map<AccountId, AccountFacts> rows;
  std::vector<std::pair<AccountId, std::string>> told;
  bool fail_telling = false;

  void add(AccountId id, const std::string& plan, Instant since, const std::string& catalogue = "cn26") {
    rows[id] = {id, "Account " + std::to_string(id.value), "a@example.com", "en", catalogue, plan, since};
  }
  [[nodiscard]] std::optional<AccountFacts> account(AccountId id) const override {
    const auto found = rows.find(id);
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::vector<AccountFacts> accounts() const override {
    std::vector<AccountFacts> all;
    for (const auto& [id, facts] : rows) all.push_back(facts);
    return all;
  }
  [[nodiscard]] std::vector<meter::NamedProject> projects(AccountId id) const override {
    return {{ProjectId{id.value * 10}, "chat"}, {ProjectId{id.value * 10 + 1}, "game"}};
  }
  Result<void> terms_changed(AccountId id, const std::string& catalogue, const std::string& plan) override {
    if (fail_telling) return Errc::unavailable;
    rows[id].catalogue = catalogue;
    told.emplace_back(id, plan);
    return {};
  }
};

class FakeCatalogues final : public CatalogueBook {
 public:
  std::map<std::string, NamedCatalogue, std::less<>> own;  ///< besides the built-in ones

  void add(const std::string& text) {
    auto loaded = catalog::load(text);
    CHECK(loaded.ok());
    own[(*loaded)->name] = {*loaded, text};
  }
  [[nodiscard]] std::optional<NamedCatalogue> find(std::string_view name) const override {
    if (const auto found = own.find(name); found != own.end()) return found->second;
    auto loaded = catalog::builtin(name);
    if (!loaded) return std::nullopt;
    return NamedCatalogue{*loaded, std::string(*catalog::builtin_text(name))};
  }
  [[nodiscard]] std::vector<std::string> names() const override { return catalog::builtin_names(); }
};

/// Usage by project and month start.
class FakeUsage final : public meter::UsageReader {
 public:
  std::map<std::pair<ProjectId, Instant>, meter::ProjectUsage> rows;
  std::map<std::pair<ProjectId, Instant>, meter::PeakEvidence> proofs;
  mutable int peak_queries = 0;
  bool failing = false;

  void set(ProjectId project, Instant month_start, std::int64_t peak, std::int64_t units, std::int64_t bytes) {
    rows[{project, month_start}] = {project, "", peak, units, {{bytes, 720}}};
  }
  [[nodiscard]] Result<meter::MonthUsage> month(AccountId, std::span<const meter::NamedProject> projects,
                                                const InstantRange& range) const override {
    if (failing) return Errc::unavailable;
    meter::MonthUsage usage{range, {}, 0};
    for (const meter::NamedProject& each : projects) {
      const auto found = rows.find({each.project, range.start});
      meter::ProjectUsage project = found == rows.end() ? meter::ProjectUsage{} : found->second;
      project.project = each.project;
      project.name = each.name;
      usage.simultaneous_peak += project.peak;
      usage.projects.push_back(std::move(project));
    }
    return usage;
  }
  [[nodiscard]] Result<std::vector<meter::UsagePoint>> series(std::span<const ProjectId> projects,
                                                              std::span<const Instant> bounds) const override {
    std::vector<meter::UsagePoint> points;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      meter::UsagePoint point;
      point.range = {bounds[i], bounds[i + 1]};
      for (const ProjectId project : projects) {
        for (const auto& [key, usage] : rows) {
          if (key.first == project && point.range.holds(key.second)) {
            point.peak += usage.peak;
            point.units += usage.units;
            point.byte_hours += usage.byte_hours();
          }
        }
      }
      points.push_back(point);
    }
    return points;
  }
  [[nodiscard]] Result<std::vector<InstantRange>> gaps(const InstantRange& range) const override {
    return std::vector<InstantRange>{{range.start, range.start + std::chrono::minutes(5)}};
  }
  [[nodiscard]] Result<std::int64_t> cap_units(CapId, const InstantRange&) const override { return 0; }
  [[nodiscard]] Result<meter::PeakEvidence> evidence(ProjectId project, Instant month_start) const override {
    const auto found = proofs.find({project, month_start});
    if (found == proofs.end()) return Errc::not_found;
    return found->second;
  }
  [[nodiscard]] Result<std::vector<meter::PeakEvidence>> peaks(std::span<const ProjectId> projects, Instant month_start,
                                                               std::size_t members_max) const override {
    ++peak_queries;
    std::vector<meter::PeakEvidence> found;
    for (const auto& [key, proof] : proofs) {
      if (key.second != month_start || std::ranges::find(projects, key.first) == projects.end()) continue;
      found.push_back(proof);
      if (proof.members.size() > members_max) found.back().members.resize(members_max);
    }
    return found;
  }
  /// Evidence of `peak` connections at `at`: user-1, user-2, ..., each opened a second after the one before it.
  void prove(ProjectId project, Instant month_start, std::int64_t peak, Instant at, std::size_t listed) {
    meter::PeakEvidence proof{project, month_start, peak, at, {}};
    for (std::size_t i = 1; i <= listed; ++i) {
      const auto number = static_cast<std::int64_t>(i);
      proof.members.push_back({number, number, "user-" + std::to_string(i), at - std::chrono::hours(1) + seconds(i)});
    }
    proofs[{project, month_start}] = std::move(proof);
  }
  [[nodiscard]] std::int64_t open_connections(ProjectId) const override { return 3; }
  [[nodiscard]] std::int64_t stored_bytes(ProjectId) const override { return 0; }
};

class FakeOutbox final : public InvoiceOutbox {
 public:
  std::vector<IssuedNotice> notices;
  bool failing = false;
  Result<void> invoice_issued(const IssuedNotice& notice) override {
    if (failing) return Errc::unavailable;
    notices.push_back(notice);
    return {};
  }
  std::vector<CreditNotice> credits;
  Result<void> credit_note_issued(const CreditNotice& notice) override {
    if (failing) return Errc::unavailable;
    credits.push_back(notice);
    return {};
  }
};

/// The whole room on a store in memory or in `path`.
struct Room {
  explicit Room(const std::string& path = ":memory:") {
    auto opened = db::Database::open({.path = path, .readers = 2, .sync = false});
    CHECK(opened.ok());
    database = std::move(*opened);
    CHECK(migrate(*database, Instant{}).ok());
    billing = std::make_unique<Billing>(Billing::Ports{*database, accounts, catalogues, usage});
  }
  MonthClose close(CloseSettings settings = {}) {
    return MonthClose({*database, billing->history(), accounts, usage, &outbox, nullptr}, std::move(settings));
  }
  /// An account with its history begun.
  void open(AccountId id, const std::string& plan, Instant since, const std::string& catalogue = "cn26") {
    accounts.add(id, plan, since, catalogue);
    CHECK(billing->open_account(id, {"test", ""}).ok());
  }

  std::unique_ptr<db::Database> database;
  FakeAccounts accounts;
  FakeCatalogues catalogues;
  FakeUsage usage;
  FakeOutbox outbox;
  std::unique_ptr<Billing> billing;
};

/// "2026-01-01T00:00:00+08:00" and the like.
inline Instant at(const std::string& text) { return parse_instant(text).value(); }

}  // namespace postage::invoice::testing
