#include "invoice/bundle/verify_bundle.h"

#include <fmt/format.h>

#include "base/text_bytes.h"
#include "invoice/credit/credit_check.h"

namespace postage::invoice {
namespace {

constexpr std::size_t kCataloguesMax = 1000;
constexpr std::size_t kEventsMax = 1'000'000;
constexpr std::size_t kMonthsMax = 1200;
constexpr int kNoteDepthMax = 8;

Error broken(std::string what) { return Error(Errc::corrupt_record, std::move(what)); }

/// Takes the lines in order; each says whether it holds.
class BundleCheck {
 public:
  BundleCheck(BundleReport& report, const meter::SealKey* trusted) : report_(report), trusted_(trusted) {}

  /// `before`: the digest in front of the line.
  Result<void> take(BundleLine line, std::int64_t number, const meter::Hash& before) {
    if (signed_) return broken("something follows the signature");
    if (number == 1 && !std::holds_alternative<BundleHead>(line)) return broken("not a bundle");
    number_ = number;
    before_ = before;
    return std::visit([&](auto& each) { return hold(each); }, line);
  }
  [[nodiscard]] bool finished() const { return signed_; }

 private:
  Result<void> hold(BundleHead& head) {
    if (number_ != 1) return broken("the bundle begins twice");
    if (head.version != 1) return broken("the version is unknown; this program reads version 1");
    auto key = meter::SealKey::from_public_pem(head.public_key);
    if (!key) return broken("public_key: " + key.error().detail);
    if (key->public_pem() != head.public_key) return broken("public_key is not in the one form that it has");
    report_.fingerprint = meter::hex(key->id());
    report_.trusted = trusted_ != nullptr && trusted_->id() == key->id();
    if (trusted_ != nullptr && !report_.trusted)
      return broken("the bundle was made with another key than the one given: " + report_.fingerprint);
    key_.emplace(std::move(*key));
    report_.head = head;
    return {};
  }
  Result<void> hold(BundleCatalogue& catalogue) {
    if (month_ || !events_.empty()) return broken("a catalogue out of order");
    if (sha256_hex(catalogue.text) != catalogue.sha256) return broken("the catalogue does not fit its hash");
    if (auto loaded = catalog::load(catalogue.text); !loaded) return broken(loaded.error().detail);
    if (catalogues_.size() >= kCataloguesMax) return broken("too many catalogues");
    const std::string hash = catalogue.sha256;
    if (!catalogues_.emplace(hash, std::move(catalogue)).second) return broken("a catalogue comes twice");
    return {};
  }
  Result<void> hold(AccountEvent& event) {
    if (month_) return broken("an event out of order");
    if (events_.size() >= kEventsMax) return broken("too many events");
    event.account = report_.head.account;
    if (!events_.empty() && std::pair(event.at, event.id) <= std::pair(events_.back().at, events_.back().id))
      return broken("the account's history is out of order");
    events_.push_back(std::move(event));
    return {};
  }
  Result<void> hold(BundleMonth& month) {
    if (month_ && !documented_) return broken("the month before it has no document");
    if (report_.months.size() >= kMonthsMax) return broken("too many months");
    if (!report_.months.empty() && month.month <= report_.months.back().month) return broken("months are out of order");
    if (month.period.end <= month.period.start || month.period.end - month.period.start > std::chrono::hours(24 * 33))
      return broken("the month is no month");
    month_.emplace(std::move(month), report_.head.account);
    documented_ = false;
    in_hour_ = false;
    return {};
  }
  Result<void> hold(meter::HourEnd& end) {
    TRY_VOID(open_month());
    in_hour_ = true;
    return month_->add(*key_, end);
  }
  Result<void> hold(meter::ProvenRecord& value) {
    TRY_VOID(open_month());
    if (!in_hour_) return broken("a value without its hour");
    return month_->add(std::move(value));
  }
  Result<void> hold(BundleLive& live) {
    TRY_VOID(open_month());
    return month_->add(live);
  }
  Result<void> hold(BundleLiveAccount& live) {
    TRY_VOID(open_month());
    return month_->add(live);
  }
  Result<void> hold(BundleNote& note) {
    if (!documented_ || ended_) return broken("a note without its month's document");
    if (sha256_hex(note.document) != note.sha256) return broken("the document does not fit its hash");
    if (note.name == "credit_note") TRY_VOID(hold_credit(note));
    report_.notes.push_back(note.name + " " + note.number);
    return {};
  }
  /// Recomputes a credit note from the invoice and the notes before it.
  Result<void> hold_credit(const BundleNote& note) {
    CheckedMonth& month = report_.months.back();
    if (month.number.empty()) return broken("a credit note of a month that has no invoice");
    if (json_depth(note.document) > kNoteDepthMax) return broken("the document nests too deep");
    if (!credits_) {
      TRY(paper, read_paper(document_));
      paper.sha256 = month.sha256;
      credits_.emplace(std::move(paper));
    }
    TRY(credit, credits_->take(note.document, note.number));
    month.credits.push_back({credit.number, credit.voids, money_text(credit.total, credit.currency),
                             money_text(credit.left, credit.currency)});
    return {};
  }
  Result<void> hold(BundleDocument& document) {
    TRY_VOID(open_month());
    TRY(checked, month_->check(document, events_, catalogues_));
    report_.months.push_back(std::move(checked));
    document_ = std::move(document.document);
    credits_.reset();
    documented_ = true;
    return {};
  }
  Result<void> hold(BundleEnd& end) {
    if (!month_ || !documented_) return broken("the month before it has no document");
    if (end.lines != number_ - 1) return broken("the number of lines is another one");
    ended_ = true;
    return {};
  }
  Result<void> hold(BundleSignature& signature) {
    if (!ended_) return broken("a signature before the end");
    if (!key_->verifies(signed_hash(before_), signature.signature))
      return broken("the signature is not the key's: the bundle was made by somebody else, or changed");
    report_.chain_head = to_hex(meter::view(before_));
    signed_ = true;
    return {};
  }
  Result<void> open_month() const {
    if (!month_ || documented_ || ended_) return broken("the line stands outside a month");
    return {};
  }

  BundleReport& report_;
  const meter::SealKey* trusted_;
  std::optional<meter::SealKey> key_;
  CatalogueTexts catalogues_;
  std::vector<AccountEvent> events_;
  std::optional<ProvenMonth> month_;
  std::string document_;               ///< the month's, once it holds
  std::optional<CreditCheck> credits_;  ///< of that document, once a note asks for it
  bool documented_ = false, in_hour_ = false, ended_ = false, signed_ = false;
  std::int64_t number_ = 0;
  meter::Hash before_{};
};

}  // namespace

std::string BundleFinding::text() const { return fmt::format("line {} ({}): {}", line, kind, what); }

Result<BundleReport> verify_bundle(ByteGiver give, const meter::SealKey* trusted) {
  BundleReport report;
  ChainedReader reader(std::move(give));
  BundleCheck check(report, trusted);
  std::string text;
  for (;;) {
    const auto more = reader.next(text);
    report.bytes = reader.bytes();
    const auto name = [&](std::string kind, const std::string& what) {
      report.finding = BundleFinding{reader.line(), std::move(kind), what};
    };
    if (!more) {
      if (more.error().code != Errc::corrupt_record) return more.error();
      name(check.finished() ? "after the end" : kind_of_line(text), more.error().detail);
      return report;
    }
    if (!*more) {
      report.lines = reader.line() - 1;
      if (!check.finished()) name("end of the file", "the bundle ends without its signature");
      return report;
    }
    auto line = read_line(text);
    const auto holds = line ? check.take(std::move(*line), reader.line(), reader.before()) : Result<void>(line.error());
    if (!holds) {
      name(kind_of_line(text), holds.error().detail.empty() ? holds.error().to_string() : holds.error().detail);
      return report;
    }
  }
}

ByteGiver give_text(std::string text) {
  return [text = std::move(text), given = false]() mutable -> Result<std::string> {
    if (given) return std::string();
    given = true;
    return std::move(text);
  };
}

}  // namespace postage::invoice
