#include "invoice/subscription.h"

#include <utility>

namespace postage::invoice {

catalog::PlanPtr CatalogueMove::successor(const std::string& plan) const {
  const auto named = plans.find(plan);
  return catalogue->find(named == plans.end() ? plan : named->second);
}

Subscription::Subscription(catalog::CataloguePtr catalogue, catalog::PlanPtr plan, Instant since)
    : catalogue_(std::move(catalogue)), month_(month_of(since, catalogue_->zone)) {
  CHECK(plan != nullptr);
  spans_.push_back({std::move(plan), since});
}

Subscription::Subscription(catalog::CataloguePtr catalogue, MonthKey month, std::vector<PlanSpan> spans,
                           catalog::PlanPtr pending)
    : catalogue_(std::move(catalogue)), month_(month), spans_(std::move(spans)), pending_(std::move(pending)) {
  CHECK(!spans_.empty());
}

void Subscription::take_plans(const catalog::CataloguePtr& own) {
  catalogue_ = own;
  for (PlanSpan& span : spans_) span.plan = own->find(span.plan->name);
  if (pending_) pending_ = own->find(pending_->name);
}

PlanChange Subscription::change(const catalog::PlanPtr& wanted, Instant at) {
  const int now = catalogue_->rank(plan()->name), then = catalogue_->rank(wanted->name);
  CHECK(then >= 0);
  if (then < now) {
    pending_ = wanted;
    return PlanChange::downgraded;
  }
  pending_ = nullptr;
  if (then == now) return PlanChange::unchanged;
  spans_.push_back({wanted, at});
  return PlanChange::upgraded;
}

PlanPreview Subscription::preview(const catalog::PlanPtr& wanted, Instant at) const {
  Subscription trial = *this;
  PlanPreview preview;
  preview.change = trial.change(wanted, at);
  preview.effective_at = preview.change == PlanChange::downgraded ? period().end : at;
  preview.extra_base_fee = trial.base_part() - base_part();
  return preview;
}

InstantRange Subscription::period() const {
  InstantRange range = month_range(month_, catalogue_->zone);
  if (begins_) range.start = *begins_;
  return range;
}

catalog::PlanPtr Subscription::next_plan() const {
  catalog::PlanPtr next = pending_;
  if (move_ && move_->from <= month_.next()) next = move_->successor((next ? next : plan())->name);
  return next;
}

void Subscription::roll() {
  const Instant ended = period().end;
  catalog::PlanPtr next = next_plan();
  if (!next) next = plan();
  pending_ = nullptr;
  month_ = month_.next();
  begins_.reset();
  if (move_ && move_->from <= month_) {
    catalogue_ = move_->catalogue;
    move_.reset();
    if (period().start != ended) begins_ = ended;
  }
  spans_ = {{std::move(next), ended}};
}

catalog::PlanPtr Subscription::rated_by() const {
  if (catalogue_->rules.pro_rata()) return plan();
  catalog::PlanPtr largest = spans_.front().plan;
  for (const PlanSpan& span : spans_) {
    if (span.plan->base_fee >= largest->base_fee) largest = span.plan;
  }
  return largest;
}

int Subscription::passed(Instant at) const {
  const InstantRange range = period();
  if (catalogue_->rules.upgrade == catalog::UpgradeRule::pro_rata_seconds) {
    return static_cast<int>(std::chrono::floor<seconds>(at - range.start).count());
  }
  // After a change of zone the month may begin a day early or late in the new zone: it counts as begun on its first.
  if (at <= range.start) return 0;
  const auto date = catalogue_->zone.date_at(at);
  const bool other_month = static_cast<unsigned>(date.month()) != static_cast<unsigned>(month_.month);
  return other_month ? 0 : static_cast<int>(static_cast<unsigned>(date.day())) - 1;
}

int Subscription::month_days() const {
  if (catalogue_->rules.upgrade != catalog::UpgradeRule::pro_rata_seconds) return days_in(month_);
  const InstantRange range = period();
  return static_cast<int>(std::chrono::floor<seconds>(range.end - range.start).count());
}

std::vector<rating::Segment> Subscription::segments() const {
  std::vector<rating::Segment> result;
  if (!catalogue_->rules.pro_rata()) return result;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const int end = i + 1 < spans_.size() ? passed(spans_[i + 1].from) : month_days();
    result.push_back({spans_[i].plan, end - passed(spans_[i].from)});
  }
  return result;
}

/// Base and proration of the running month if it ended like this.
Rational Subscription::base_part() const {
  rating::MonthInput input;
  input.catalogue = catalogue_;
  input.plan = rated_by();
  input.contract.minimum_spend = Rational(0);
  input.segments = segments();
  input.month_days = month_days();
  const rating::Bill bill = rating::rate(input);
  const rating::Line* proration = bill.line(rating::LineKind::proration);
  return bill.line(rating::LineKind::base)->amount + (proration != nullptr ? proration->amount : Rational());
}

}  // namespace postage::invoice
