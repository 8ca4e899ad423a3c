#include "quota/caps.h"

#include <algorithm>
#include <limits>

#include "quota/gate.h"

namespace postage::quota {
namespace {
constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
constexpr milliseconds kLead{2};

/// How many things of `price` each fit into `money`; none when it is overdrawn.
std::int64_t fitting(const Rational& money, const Rational& price) {
  if (money.is_negative()) return 0;
  if (price.is_zero()) return kUnlimited;
  const Rational count = money / price;
  return count >= Rational(kUnlimited) ? kUnlimited : static_cast<std::int64_t>(count.floor());
}

std::int64_t left_of(std::int64_t allowed, std::int64_t used) { return allowed > used ? allowed - used : 0; }
}  // namespace

void ProjectCaps::allow(Row& row) const {
  row.allowed = row.terms.units.value_or(kUnlimited);
  if (!row.terms.amount) return;
  const bool whole = row.terms.prefix.empty();
  const Rational money = whole ? *row.terms.amount - rates_.pcu * Rational(peak_) : *row.terms.amount;
  row.allowed = std::min(row.allowed, fitting(money, rates_.message));
}

void ProjectCaps::roll_to(Gate& gate, Instant at) {
  if (rows_.empty() || at < month_.end) return;
  month_ = month_range(month_of(at, zone_), zone_);
  rates_ = next_rates_;
  peak_ = gate.project_connections(project_, at).peak;
  for (Row& row : rows_) {
    row.used_before = row.used;
    row.allowed_before = row.allowed;
    row.used = 0;
    allow(row);
  }
}

const ProjectCaps::Row* ProjectCaps::refusing(std::string_view channel, std::int64_t units, Instant at) const {
  const bool late = at < month_.start;
  for (const Row& row : rows_) {
    if (!matches(row, channel, at)) continue;
    const std::int64_t left = late ? left_of(row.allowed_before, row.used_before) : left_of(row.allowed, row.used);
    if (units > left) return &row;
  }
  return nullptr;
}

Refusal ProjectCaps::why_of(const Row& row, std::int64_t units, Instant at) const {
  const bool late = at < month_.start;
  return {Errc::budget,
          Meter::messages,
          late ? row.allowed_before : row.allowed,
          late ? row.used_before : row.used,
          units,
          late ? month_.start : month_.end,
          row.name};
}

bool ProjectCaps::admit(Gate& gate, std::string_view channel, std::int64_t units, Instant at, Refusal* why) {
  const std::lock_guard lock(mutex_);
  roll_to(gate, at);
  if (const Row* row = refusing(channel, units, at)) {
    if (why != nullptr) {
      // The plan's limits are named before the customer's own.
      const std::optional<Refusal> first = gate.refuses_messages(units, at);
      *why = first ? *first : why_of(*row, units, at);
    }
    return false;
  }
  if (!gate.admit_messages(units, at, why)) return false;
  const bool late = at < month_.start;
  for (Row& row : rows_) {
    if (matches(row, channel, at)) (late ? row.used_before : row.used) += units;
  }
  return true;
}

void ProjectCaps::give_back(Gate& gate, std::string_view channel, std::int64_t units, Instant at) {
  const std::lock_guard lock(mutex_);
  gate.give_back_messages(units, at);
  const bool late = at < month_.start;
  for (Row& row : rows_) {
    if (matches(row, channel, at)) (late ? row.used_before : row.used) -= units;
  }
}

std::optional<Refusal> ProjectCaps::refuses(Gate& gate, std::string_view channel, std::int64_t units, Instant at) {
  const std::lock_guard lock(mutex_);
  if (auto first = gate.refuses_messages(units, at)) return first;
  roll_to(gate, at);
  const Row* row = refusing(channel, units, at);
  if (row == nullptr) return std::nullopt;
  return why_of(*row, units, at);
}

std::optional<Refusal> ProjectCaps::why_connection(std::int64_t open, std::int64_t peak, Instant at) const {
  if (open < peak) return std::nullopt;  // No new peak: nothing more is paid.
  for (const Row& row : rows_) {
    if (!row.terms.prefix.empty() || !row.terms.amount || at < row.from || rates_.pcu.is_zero()) continue;
    const std::int64_t limit = fitting(*row.terms.amount - rates_.message * Rational(row.used), rates_.pcu);
    if (open >= limit) return Refusal{Errc::budget, Meter::pcu, limit, open, 1, month_.end, row.name};
  }
  return std::nullopt;
}

bool ProjectCaps::admit_connection(Gate& gate, Instant at, Refusal* why) {
  const std::lock_guard lock(mutex_);
  if (rows_.empty()) return gate.admit_connection(project_, at, why);
  roll_to(gate, at);
  const ConnectionCount before = gate.project_connections(project_, at);
  if (const auto refused = why_connection(before.open, before.peak, at)) {
    const std::optional<Refusal> first = gate.refuses_connection(project_, at);
    if (why != nullptr) *why = first ? *first : *refused;
    return false;
  }
  if (!gate.admit_connection(project_, at, why)) return false;
  if (before.open + 1 <= peak_) return true;
  peak_ = before.open + 1;
  for (Row& row : rows_) allow(row);
  return true;
}

void ProjectCaps::set(Gate& gate, const CapSet& all, Instant now, Instant from,
                      const std::function<std::int64_t(CapId)>& used) {
  const std::lock_guard lock(mutex_);
  roll_to(gate, now);
  std::vector<Row> rows;
  for (const CapTerms& terms : all.caps) {
    if (terms.project != project_) continue;
    const auto known = std::ranges::find(rows_, terms.id, [](const Row& row) { return row.terms.id; });
    Row row;
    if (known != rows_.end()) {
      row = *known;
    } else {
      row.from = from;
      row.used = used(terms.id);
    }
    row.terms = terms;
    const bool whole = terms.prefix.empty();
    row.name = std::make_shared<const CapName>(
        CapName{terms.id, whole ? "project" : "channels", whole ? std::to_string(project_.value) : terms.prefix,
                terms.amount ? terms.amount->to_plain() : std::string()});
    rows.push_back(std::move(row));
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return row.terms.prefix; });
  rows_ = std::move(rows);
  zone_ = all.zone;
  if (all.month && all.month->holds(now)) month_ = *all.month;
  if (!month_.holds(now)) month_ = month_range(month_of(now, zone_), zone_);
  rates_ = all.rates;
  next_rates_ = all.next_rates;
  peak_ = rows_.empty() ? 0 : gate.project_connections(project_, now).peak;
  for (Row& row : rows_) allow(row);
  any_.store(!rows_.empty(), std::memory_order_seq_cst);
}

void ProjectCaps::append_usage(Gate& gate, Instant at, std::vector<CapUsage>& out) {
  const std::lock_guard lock(mutex_);
  roll_to(gate, at);
  for (const Row& row : rows_) out.push_back({row.terms.id, row.used, row.allowed});
}

std::shared_ptr<ProjectCaps> AccountCaps::of(ProjectId project) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<ProjectCaps>& caps = projects_[project];
  if (!caps) caps = std::make_shared<ProjectCaps>(project);
  return caps;
}

bool AccountCaps::knows(CapId cap) {
  const std::lock_guard lock(mutex_);
  return known_.contains(cap);
}

void AccountCaps::set(Gate& gate, const CapSet& all, Instant now, bool first,
                      const std::function<std::int64_t(CapId)>& used) {
  const Instant from = first ? Instant::min() : now + kLead;
  std::unordered_map<CapId, std::int64_t> read;
  for (const CapTerms& cap : all.caps) {
    if (!knows(cap.id)) read[cap.id] = used(cap.id);
  }
  const std::lock_guard lock(mutex_);
  known_.clear();
  for (const CapTerms& cap : all.caps) {
    known_[cap.id] = cap.project;
    std::shared_ptr<ProjectCaps>& caps = projects_[cap.project];
    if (!caps) caps = std::make_shared<ProjectCaps>(cap.project);
  }
  for (const auto& [id, caps] : projects_) {
    caps->set(gate, all, now, from, [&](CapId cap) {
      const auto found = read.find(cap);
      return found == read.end() ? 0 : found->second;
    });
  }
}

std::vector<CapUsage> AccountCaps::usage(Gate& gate, Instant at) {
  std::vector<std::shared_ptr<ProjectCaps>> projects;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, caps] : projects_) projects.push_back(caps);
  }
  std::vector<CapUsage> usage;
  for (const auto& caps : projects) caps->append_usage(gate, at, usage);
  return usage;
}

}  // namespace postage::quota
