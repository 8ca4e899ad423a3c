// Bundles: what is exported recomputes the invoice with nothing but its bytes, and whatever is changed is found and
// named.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/text_bytes.h"
#include "invoice/bundle/bundle_credits.h"
#include "invoice/bundle/bundles.h"
#include "invoice/bundle/verify_bundle.h"
#include "invoice/close.h"
#include "invoice/credit/credit_notes.h"
#include "invoice/schema.h"
#include "invoice/testing.h"
#include "meter/test_site.h"

namespace postage::invoice {
namespace {

using meter::TestSite;
using testing::at;

constexpr MonthKey kMonth{2026, 1};
const Instant kOpened = at("2026-01-01T00:00:00+08:00");
const Instant kNoon = at("2026-01-15T12:00:00+08:00");
const Instant kAfter = at("2026-02-01T00:01:00+08:00");

/// Catalogues whose text changes later, as no operator should do.
class ChangingCatalogues final : public CatalogueBook {
 public:
  bool dearer = false;
  [[nodiscard]] std::optional<NamedCatalogue> find(std::string_view name) const override {
    auto found = builtin_.find(name);
    if (!found || !dearer) return found;
    const std::size_t price = found->text.find("\"base_fee\": \"");
    CHECK(price != std::string::npos);
    found->text.insert(found->text.find('"', price + 11) + 1, "1");
    found->catalogue = catalog::load(found->text).value();
    return found;
  }
  [[nodiscard]] std::vector<std::string> names() const override { return builtin_.names(); }

 private:
  testing::FakeCatalogues builtin_;
};

/// A real meter with accounts 1 (projects 10, 11) and 2 (20, 21), and the invoice room over it.
struct Site {
  explicit Site(const std::string& folder, Instant now) : site(folder, now) {
    CHECK(migrate(*site.database, now).ok());
    site.start_or_die();
    billing = std::make_unique<Billing>(Billing::Ports{*site.database, accounts, catalogues, site.meter->reader()});
    for (const std::int64_t id : {1, 2}) {
      accounts.add(AccountId{id}, "basic", kOpened);
      CHECK(billing->open_account(AccountId{id}, {"test", ""}).ok());
    }
    key.emplace(std::move(*meter::SealKey::open_or_make(site.options.folder, false)));
    bundles = std::make_unique<Bundles>(
        Bundles::Ports{*billing, site.journal(), *key, {credit_notes_of(*site.database)}});
  }
  /// A credit note of the month's invoice.
  void credit(CreditAsk ask, std::int64_t account = 1) {
    ask.reason = "goodwill";
    const std::string number = invoice(account).number;
    CHECK(site.database
              ->write([&](db::Connection& c) {
                return add_credit(c, AccountId{account}, number, ask, std::nullopt, site.clock.wall(), {"ann", "x"},
                                  nullptr);
              })
              .ok());
  }
  void close() {
    site.go_to(kAfter);
    MonthClose close({*site.database, billing->history(), accounts, site.meter->reader(), nullptr, nullptr}, {});
    const auto done = close.tick(kAfter);
    CHECK(done.ok() && done->closed == 2);
  }
  std::string make(AccountId account = AccountId{1}, MonthKey month = kMonth) {
    auto made = bundles->make(account, {month}, site.clock.wall());
    if (!made) ADD_FAILURE() << made.error().to_string();
    return made ? *made : std::string();
  }
  StoredInvoice invoice(std::int64_t account = 1) {
    return **site.database->read([&](db::Connection& c) { return find_month(c, AccountId{account}, kMonth.text()); });
  }

  TestSite site;
  testing::FakeAccounts accounts;
  ChangingCatalogues catalogues;
  std::unique_ptr<Billing> billing;
  std::optional<meter::SealKey> key;
  std::unique_ptr<Bundles> bundles;
};

/// Usage of some hours in two runs with a death between them; `others` times as much for account 2.
void live(const std::string& folder, std::int64_t others) {
  {
    Site first(folder, kNoon);
    TestSite::lose(first.site.connect(10, 1));
    TestSite::lose(first.site.connect(11, 2));
    first.site.meter->storage().change(first.site.project(10), 5 << 20, kNoon);
    for (int i = 0; i < 4; ++i) {
      first.site.add(10, 700'000 + i, i % 2);
      for (std::int64_t more = 0; more < others; ++more) first.site.add(20 + more, 1'111'111);
      first.site.go(milliseconds(40 * meter::kMinuteMs));
    }
    first.site.add(11, 17);
    first.site.die();
  }
  Site second(folder, kNoon + std::chrono::hours(5));
  TestSite::lose(second.site.connect(10, 3));
  second.site.meter->storage().restore(second.site.project(10), 5 << 20, second.site.clock.wall());
  second.site.add(10, 900'000);
  second.site.go(std::chrono::hours(1));
  CHECK(second.billing->change_plan(AccountId{1}, "premium", second.site.clock.wall(), {"ann@example.com", "growth"})
            .ok());
  second.site.add(11, 3);
  second.site.meter->storage().change(second.site.project(10), -(5 << 20), second.site.clock.wall());
  second.site.go(std::chrono::hours(1));
  CHECK(second.site.meter->stop(second.site.clock.wall()).ok());
}

struct BundleTest : ::testing::Test {
  meter::TestFolder folder;

  /// The bundle of a closed month.
  std::string closed(std::int64_t others = 1) {
    live(folder.path, others);
    Site site(folder.path, at("2026-01-31T23:30:00+08:00"));
    site.close();
    total = site.invoice().total;
    number = site.invoice().number;
    return site.make();
  }
  /// The same with three credit notes: of a line, of an amount, of all that is left.
  std::string closed_and_voided() {
    live(folder.path, 1);
    Site site(folder.path, at("2026-01-31T23:30:00+08:00"));
    site.billing->set_tax(AccountId{1}, rating::Tax{6, false}, site.site.clock.wall(), {"ann", "x"}).value();
    site.close();
    total = site.invoice().total;
    site.credit({.everything = false, .lines = {{0, parse_decimal("100.01")->value}}, .amount = {}, .reason = {}});
    site.credit({.everything = false, .lines = {}, .amount = parse_decimal("33.34")->value, .reason = {}});
    site.credit({.everything = true, .lines = {}, .amount = {}, .reason = {}});
    site.credit({.everything = true, .lines = {}, .amount = {}, .reason = {}}, 2);
    CHECK(*site.site.database->read([](db::Connection& c) { return verify_credits(c); }) == 4);
    return site.make();
  }
  static BundleReport verify(std::string text, const meter::SealKey* key = nullptr) {
    auto report = verify_bundle(give_text(std::move(text)), key);
    CHECK(report.ok());
    return std::move(*report);
  }
  std::string total, number;
};

std::vector<std::string> lines_of_text(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start) + 1;
    lines.push_back(text.substr(start, end - start));
    start = end;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

/// What somebody without the key can do: change lines and compute all digests again.
std::string chained_again(const std::vector<std::string>& lines) {
  std::string text;
  ChainedWriter writer([&](std::string_view bytes) {
    text += bytes;
    return Result<void>();
  });
  for (const std::string& line : lines) CHECK(writer.line(std::string_view(line).substr(65, line.size() - 66)).ok());
  return text;
}

/// Replaces the first `from` in the first line that holds it; the line's number.
std::size_t replace_in(std::vector<std::string>& lines, const std::string& from, const std::string& to) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (const std::size_t place = lines[i].find(from); place != std::string::npos) {
      lines[i].replace(place, from.size(), to);
      return i + 1;
    }
  }
  ADD_FAILURE() << "no line has " << from;
  return 0;
}

TEST_F(BundleTest, AClosedMonthIsRecomputedFromItsBytesAlone) {
  const std::string text = closed();
  const BundleReport report = verify(text);
  ASSERT_TRUE(report.ok()) << report.finding->text();
  ASSERT_EQ(report.months.size(), 1u);
  const CheckedMonth& month = report.months.front();
  EXPECT_EQ(month.number, number);
  EXPECT_EQ(money_text(month.bill.total, month.bill.currency), total);
  EXPECT_EQ(month.bill.plan, "premium");
  EXPECT_EQ(month.bill.line(rating::LineKind::messages)->meter->quantity.to_plain(),
            std::to_string(4 * 700'000 + 6 + 17 + 900'000 + 3));
  EXPECT_EQ(month.bill.line(rating::LineKind::pcu)->meter->quantity.to_plain(), "2");
  EXPECT_GT(month.values, 10);
  EXPECT_FALSE(month.stated);
  EXPECT_EQ(month.due_minutes, 31 * 24 * 60);
  EXPECT_LT(month.covered_minutes, 100);  // The clock jumps: the meter was "down" most of the month, and that is said.
  EXPECT_EQ(month.uncovered.size(), 31u);
  EXPECT_EQ(report.lines, std::count(text.begin(), text.end(), '\n'));
}

/// Flips a bit of `text` at `place`: the line with that byte is the one that is named.
void expect_found(const std::string& text, std::size_t place, int bit) {
  std::string damaged = text;
  damaged[place] = static_cast<char>(damaged[place] ^ (1 << bit));
  const BundleReport report = BundleTest::verify(damaged);
  ASSERT_FALSE(report.ok()) << "byte " << place;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n');
  ASSERT_EQ(report.finding->line, line) << report.finding->text();
  ASSERT_FALSE(report.finding->what.empty());
}

TEST_F(BundleTest, AnyOfAThousandFlippedBytesIsFoundAndItsLineNamed) {
  const std::string text = closed_and_voided();
  std::mt19937_64 random(20260131);
  for (int flip = 0; flip < 800; ++flip) {
    const std::size_t place = random() % text.size();
    ASSERT_NO_FATAL_FAILURE(expect_found(text, place, static_cast<int>(random() % 8)));
  }
  const std::size_t notes = text.find("{\"kind\":\"note\"") - 65, end = text.find("{\"kind\":\"end\"");
  ASSERT_LT(notes, end);
  for (int flip = 0; flip < 200; ++flip) {
    const std::size_t place = notes + random() % (end - notes);
    ASSERT_NO_FATAL_FAILURE(expect_found(text, place, static_cast<int>(random() % 8)));
  }
}

TEST_F(BundleTest, CreditNotesAreInItAndRecomputed) {
  const std::string text = closed_and_voided();
  const BundleReport report = verify(text);
  ASSERT_TRUE(report.ok()) << report.finding->text();
  const auto& credits = report.months.front().credits;
  ASSERT_EQ(credits.size(), 3u);  // Account 2's is not among them.
  EXPECT_EQ(report.notes.size(), 3u);
  EXPECT_EQ(credits[0].total, "106.01");
  EXPECT_EQ(credits[1].total, "33.34");
  EXPECT_TRUE(credits[2].voids);
  EXPECT_EQ(credits[2].left, "0.00");
  Rational sum;
  for (const CheckedCredit& each : credits) sum += parse_decimal(each.total)->value;
  EXPECT_EQ(sum, parse_decimal(total)->value);
}

TEST_F(BundleTest, AForgedCreditNoteIsNamedByItsLine) {
  const auto lines = lines_of_text(closed_and_voided());
  const auto note_at = [&](std::size_t index) {
    return std::get<BundleNote>(*read_line(std::string_view(lines[index]).substr(65, lines[index].size() - 66)));
  };
  const std::size_t first = lines.size() - 5;
  /// `from` to `to` in the document of a note, its hash and all digests made anew: what is said of it.
  const auto forged = [&](std::size_t index, const std::string& from, const std::string& to) {
    BundleNote note = note_at(index);
    const std::size_t place = note.document.find(from);
    CHECK(place != std::string::npos);
    note.document.replace(place, from.size(), to);
    note.sha256 = sha256_hex(note.document);
    auto other = lines;
    other[index] = std::string(64, '0') + " " + line_text(note) + "\n";
    const BundleReport report = verify(chained_again(other));
    CHECK(!report.ok());
    EXPECT_EQ(report.finding->line, static_cast<std::int64_t>(index) + 1) << report.finding->text();
    EXPECT_EQ(report.finding->kind, "note");
    return report.finding->what;
  };
  EXPECT_NE(forged(first, "\"amount\":\"100.01\"", "\"amount\":\"100.02\"").find("sum of the lines"), std::string::npos);
  EXPECT_NE(forged(first, "\"left\":\"1", "\"left\":\"2").find("does not follow"), std::string::npos);
  EXPECT_NE(forged(first, "\"invoice\":\"PO", "\"invoice\":\"PX").find("another invoice"), std::string::npos);
  EXPECT_NE(forged(first, "\"number\":\"CN", "\"number\":\"CX").find("another number"), std::string::npos);
  EXPECT_NE(forged(first + 1, "\"kind\":\"partial\"", "\"kind\":\"void\"").find("does not follow"), std::string::npos);
  // A note left out: the next does not follow from those before it.
  auto other = lines;
  other.erase(other.begin() + static_cast<std::ptrdiff_t>(first));
  BundleReport report = verify(chained_again(other));
  EXPECT_EQ(report.finding->line, static_cast<std::int64_t>(first) + 1);
  // A note twice: more than is left.
  other = lines;
  other.insert(other.begin() + static_cast<std::ptrdiff_t>(first), lines[first]);
  report = verify(chained_again(other));
  EXPECT_EQ(report.finding->line, static_cast<std::int64_t>(first) + 2);
}

TEST_F(BundleTest, ABundleWithoutNotesAsOlderOnesAreStillHolds) {
  const auto lines = lines_of_text(closed_and_voided());
  auto other = lines;
  other.erase(other.end() - 5, other.end() - 2);
  other[other.size() - 2] =
      std::string(64, '0') + " " + line_text(BundleEnd{static_cast<std::int64_t>(other.size()) - 2}) + "\n";
  const BundleReport report = verify(chained_again(other));
  EXPECT_EQ(report.finding->kind, "signature") << report.finding->text();  // Nothing but that misses the key.
}

TEST_F(BundleTest, CutSwappedDoubledAndLengthenedBundlesAreFound) {
  const std::string text = closed();
  const auto lines = lines_of_text(text);
  std::mt19937_64 random(7);
  for (int i = 0; i < 100; ++i) {
    const std::size_t size = random() % text.size();
    const BundleReport report = verify(text.substr(0, size));
    ASSERT_FALSE(report.ok()) << size;
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size), '\n');
    ASSERT_EQ(report.finding->line, line);
  }
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    auto other = lines;
    std::swap(other[i], other[i + 1]);
    ASSERT_EQ(verify(joined(other)).finding->line, static_cast<std::int64_t>(i) + 1);
    other = lines;
    other.insert(other.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    ASSERT_EQ(verify(joined(other)).finding->line, static_cast<std::int64_t>(i) + 2);
    other = lines;
    other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
    ASSERT_EQ(verify(joined(other)).finding->line, static_cast<std::int64_t>(i) + 1);
  }
  for (const char* more : {"\n", "x", "{}", " ", "\r\n"}) EXPECT_FALSE(verify(text + more).ok());
  EXPECT_FALSE(verify(text + lines.back()).ok());
  EXPECT_FALSE(verify(text + text).ok());
  EXPECT_FALSE(verify("").ok());
}

TEST_F(BundleTest, WhoHasNoKeyCannotMakeAnother) {
  const auto lines = lines_of_text(closed());
  struct Forgery {
    const char* from;
    const char* to;
    const char* what;
  };
  const Forgery forgeries[] = {
      {"\"value\":1400001", "\"value\":1300001", "is not what the meter signed"},
      {"\"minutes\":", "\"minutes\":1", "was not signed by the meter's key"},
      {"\"subject\":10,", "\"subject\":11,", "is not what the meter signed"},
      {"\\\"plan\\\":\\\"premium\\\"}\",\"by\"", "\\\"plan\\\":\\\"basic\\\"}\",\"by\"", "another bill"},
      {"\"by\":\"ann@example.com\"", "\"by\":\"bob@example.com\"", "the signature is not the key's"},
      {"\"account_name\":\"Account 1\"", "\"account_name\":\"Account 7\"", "the signature is not the key's"},
      {"\"node\":\"node-1\"", "\"node\":\"node-2\"", "the signature is not the key's"},
      {"\"version\":1", "\"version\":2", "version"},
      {"\"kind\":\"value\"", "\"kind\" :\"value\"", "form"},
  };
  for (const Forgery& forgery : forgeries) {
    auto other = lines;
    const std::size_t line = replace_in(other, forgery.from, forgery.to);
    const BundleReport report = verify(chained_again(other));
    ASSERT_FALSE(report.ok()) << forgery.from;
    EXPECT_NE(report.finding->what.find(forgery.what), std::string::npos) << report.finding->text();
    EXPECT_GE(report.finding->line, static_cast<std::int64_t>(line));
  }
  // A value left out: the sums do not fit.
  auto other = lines;
  const auto value = std::find_if(other.begin(), other.end(), [](const std::string& line) {
    return line.find("\"kind\":\"value\",\"meter\":\"messages\"") != std::string::npos;
  });
  other.erase(value);
  BundleReport report = verify(chained_again(other));
  ASSERT_FALSE(report.ok());
  EXPECT_NE(report.finding->what.find("message units: the document says"), std::string::npos) << report.finding->what;
  // A value twice.
  other = lines;
  const auto again = std::find_if(other.begin(), other.end(), [](const std::string& line) {
    return line.find("\"kind\":\"value\"") != std::string::npos;
  });
  other.insert(again, *again);
  report = verify(chained_again(other));
  EXPECT_NE(report.finding->what.find("twice"), std::string::npos) << report.finding->what;
}

TEST_F(BundleTest, AnInvoiceChangedWithItsHashIsFound) {
  auto lines = lines_of_text(closed());
  auto& line = lines[lines.size() - 3];
  auto read = read_line(std::string_view(line).substr(65, line.size() - 66));
  ASSERT_TRUE(read);
  auto document = std::get<BundleDocument>(*read);
  const std::size_t place = document.document.find("\"total\":\"");
  ASSERT_NE(place, std::string::npos);
  document.document.insert(place + 9, "1");
  document.sha256 = sha256_hex(document.document);
  line = std::string(64, '0') + " " + line_text(document) + "\n";
  const BundleReport report = verify(chained_again(lines));
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.finding->kind, "document");
  EXPECT_NE(report.finding->what.find("another bill"), std::string::npos) << report.finding->what;
}

TEST_F(BundleTest, AnotherMetersKeyIsNotTheOneGiven) {
  const std::string text = closed();
  const auto own = std::move(*meter::SealKey::open_or_make(folder.path + "/meter", false));
  EXPECT_TRUE(verify(text, &own).trusted);
  EXPECT_TRUE(verify(text, &own).ok());
  meter::TestFolder elsewhere;
  const auto other = std::move(*meter::SealKey::open_or_make(elsewhere.path, false));
  const BundleReport report = verify(text, &other);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.finding->line, 1);
  // Somebody who puts his own key into it and signs with that: the proofs are not his.
  auto lines = lines_of_text(text);
  auto head = std::get<BundleHead>(*read_line(std::string_view(lines[0]).substr(65, lines[0].size() - 66)));
  head.public_key = other.public_pem();
  lines[0] = std::string(64, '0') + " " + line_text(head) + "\n";
  EXPECT_NE(verify(chained_again(lines)).finding->what.find("signed by the meter"), std::string::npos);
}

TEST_F(BundleTest, NothingOfAnotherAccountIsInItAndItDoesNotGrowWithThem) {
  const std::string one = closed(1);
  meter::TestFolder elsewhere;
  live(elsewhere.path, 12);
  Site site(elsewhere.path, at("2026-01-31T23:30:00+08:00"));
  site.close();
  const std::string twelve = site.make();
  ASSERT_TRUE(verify(twelve).ok()) << verify(twelve).finding->text();
  const auto first = lines_of_text(one), second = lines_of_text(twelve);
  EXPECT_EQ(first.size(), second.size());
  EXPECT_LT(twelve.size(), one.size() * 5 / 4);  // A step or two more in each path.
  for (const std::string& line : second) {
    EXPECT_EQ(line.find("1111111,"), std::string::npos) << line;
    EXPECT_EQ(line.find("\"subject\":2"), std::string::npos) << line;
  }
}

TEST_F(BundleTest, ARunningMonthIsStatedWhereItIsNotProvenYet) {
  live(folder.path, 1);
  Site site(folder.path, at("2026-01-20T08:10:00+08:00"));
  site.site.add(10, 123);
  const BundleReport report = verify(site.make());
  ASSERT_TRUE(report.ok()) << report.finding->text();
  const CheckedMonth& month = report.months.front();
  EXPECT_TRUE(month.stated);
  EXPECT_TRUE(month.number.empty());
  const auto running = site.billing->running(AccountId{1}, site.site.clock.wall());
  EXPECT_EQ(month.bill.total, running->bill.total);
  EXPECT_EQ(month.bill.line(rating::LineKind::messages)->meter->quantity.to_plain(),
            std::to_string(4 * 700'000 + 6 + 17 + 900'000 + 3 + 123));
}

TEST_F(BundleTest, AnOldInvoiceIsTheSameBytesWhenItsCatalogueHasChanged) {
  live(folder.path, 1);
  Site site(folder.path, at("2026-01-31T23:30:00+08:00"));
  site.close();
  const std::string before = site.make();
  site.catalogues.dearer = true;
  EXPECT_EQ(site.make(), before);
  EXPECT_TRUE(verify(before).ok());
  EXPECT_EQ(*verify_invoices(*site.site.database->reader()), 2);
}

TEST_F(BundleTest, SeveralMonthsGoIntoOneBundle) {
  live(folder.path, 1);
  Site site(folder.path, at("2026-01-31T23:30:00+08:00"));
  site.close();
  site.site.add(10, 55);
  const auto made = site.bundles->make(AccountId{1}, {kMonth, kMonth.next()}, site.site.clock.wall());
  ASSERT_TRUE(made);
  const BundleReport report = verify(*made);
  ASSERT_TRUE(report.ok()) << report.finding->text();
  ASSERT_EQ(report.months.size(), 2u);
  EXPECT_EQ(report.months[0].number, site.invoice().number);
  EXPECT_TRUE(report.months[1].number.empty());
  EXPECT_EQ(site.bundles->make(AccountId{1}, {kMonth, kMonth}, kAfter).error().code, Errc::bad_request);
  EXPECT_EQ(site.bundles->make(AccountId{1}, {kMonth.previous()}, kAfter).error().code, Errc::not_found);
  EXPECT_FALSE(site.bundles->make(AccountId{9}, {kMonth}, kAfter));
}

}  // namespace
}  // namespace postage::invoice
