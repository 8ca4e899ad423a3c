// Documents in every form add up to the invoice, read back by other programs.
#include "invoice/documents/documents.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "base/testing.h"
#include "invoice/documents/pdf.h"
#include "invoice/documents/read_back.h"
#include "invoice/documents/workbook.h"
#include "invoice/testing.h"

namespace postage::invoice {
namespace {

using testing::at;
using testing::paper_in;
using testing::pdf_text;
using testing::Room;
using testing::Scratch;
using testing::Sheet;
using testing::sheets_of;
using testing::sum_of;

const Instant kJanuary = at("2026-01-01T00:00:00+08:00");
const Instant kFebruary = at("2026-02-01T00:00:00+08:00");
const Issuer kIssuer{
    "Example Ltd", {"1 Example Road", "Shanghai"}, "91310000TEST", {"Bank of Example", "6222 0000"}, "", ""};

/// One account on a plan, January used, closed, and a desk for its documents.
struct Desk {
  explicit Desk(const std::string& plan = "basic") {
    room.open({1}, plan, kJanuary);
    documents = std::make_unique<Documents>(
        Documents::Ports{*room.billing, room.accounts, room.usage, kIssuer, "feed", nullptr});
  }
  StoredInvoice close() {
    CloseSettings settings;
    settings.issuer = kIssuer;
    settings.meter_key = "feed";
    CHECK(room.close(settings).tick(kFebruary + seconds(10))->closed == 1);
    return room.billing->invoice({1}, "PO-2026-000001").value().value();
  }
  [[nodiscard]] std::string file(Format format, Language language = Language::en, std::string table = "lines") const {
    auto made = documents->invoice({1}, "PO-2026-000001", {format, language, std::move(table)});
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().to_string());
    return made.ok() ? made->bytes : std::string();
  }
  Room room;
  std::unique_ptr<Documents> documents;
};

std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1);
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (quoted && i + 1 < text.size() && text[i + 1] == '"')
        cell += text[i++];
      else
        quoted = !quoted;
    } else if (!quoted && (text[i] == ',' || text[i] == '\n')) {
      rows.back().push_back(std::exchange(cell, ""));
      if (text[i] == '\n') rows.emplace_back();
    } else if (quoted || text[i] != '\r') {
      cell += text[i];
    }
  }
  rows.pop_back();
  return rows;
}

/// Sum of a CSV's column by its key, over all rows but the last.
Rational csv_sum(const std::vector<std::vector<std::string>>& rows, const std::string& key) {
  const auto column = static_cast<std::size_t>(std::ranges::find(rows[0], key) - rows[0].begin());
  Rational sum;
  for (std::size_t i = 1; i + 1 < rows.size(); ++i) {
    if (!rows[i][column].empty()) sum += parse_decimal(rows[i][column]).value().value;
  }
  return sum;
}

TEST(Evidence, OfThePeakIsPartOfTheInvoiceAndItStillReplays) {
  Desk desk;
  desk.room.usage.set({10}, kJanuary, 501, 0, 0);
  desk.room.usage.set({11}, kJanuary, 3, 0, 0);
  desk.room.usage.prove({10}, kJanuary, 501, at("2026-01-15T10:00:03.120+08:00"), 200);
  const StoredInvoice invoice = desk.close();
  EXPECT_NE(invoice.document.find(
                R"("evidence":[{"project":"10","at":"2026-01-15T10:00:03.120+08:00","connections":"501","listed":[)"
                R"({"user":"user-1","opened_at":"2026-01-15T09:00:04.120+08:00"})"),
            std::string::npos);
  const Paper paper = desk.documents->paper_of(invoice).value();
  ASSERT_TRUE(paper.projects[0].peak.has_value());
  EXPECT_EQ(paper.projects[0].peak->listed.size(), kListedPerProject);
  EXPECT_FALSE(paper.projects[1].peak.has_value());
  EXPECT_EQ(desk.room.database->read([](db::Connection& c) { return verify_invoices(c); }).value(), 1);
  EXPECT_NE(desk.file(Format::pdf).find("%PDF"), std::string::npos);
  EXPECT_NE(pdf_text(desk.file(Format::pdf)).find("2026-01-15 10:00:03.120"), std::string::npos);
}

TEST(Evidence, IsReadWithOneQueryForABatchOfAccountsAndOnlyOnRequestForARunningBill) {
  Room room;
  for (std::int64_t id = 1; id <= 30; ++id) {
    room.open({id}, "basic", kJanuary);
    room.usage.set({id * 10}, kJanuary, 5, 0, 0);
    room.usage.prove({id * 10}, kJanuary, 5, kJanuary + seconds(id), 5);
  }
  (void)room.billing->running({1}, kJanuary + seconds(9)).value();
  EXPECT_EQ(room.usage.peak_queries, 0);
  EXPECT_EQ(room.billing->running_with_evidence({1}, kJanuary + seconds(9))->evidence.size(), 1U);
  EXPECT_EQ(room.usage.peak_queries, 1);
  ASSERT_EQ(room.close().tick(kFebruary + seconds(10))->closed, 30);
  EXPECT_EQ(room.usage.peak_queries, 2);
}

TEST(Letters, ExplainEveryLineInBothLanguages) {
  Desk desk;
  desk.room.accounts.rows[{1}].name = "<Acme> & 'Sons'";
  desk.room.usage.set({10}, kJanuary, 501, 31'000'000, std::int64_t{3} << 30);
  (void)desk.close();
  const std::string english = desk.file(Format::text);
  EXPECT_NE(english.find("501 connections at the peak, 500 included, 1 × CNY 0.20\n"), std::string::npos) << english;
  EXPECT_NE(
      english.find("31,000,000 message units, 30,000,000 included, 1,000,000 × CNY 0.00002 (CNY 20.00 per million)"),
      std::string::npos);
  EXPECT_NE(english.find("3 GB on average over the month, 2 included, 1 × CNY 100.00"), std::string::npos);
  EXPECT_NE(english.find("519.20"), std::string::npos);
  EXPECT_NE(english.find("Example Ltd\n1 Example Road\n"), std::string::npos);
  const std::string chinese = desk.file(Format::text, Language::zh);
  EXPECT_NE(chinese.find("峰值 501 个连接，套餐包含 500，超出 1 × CNY 0.20"), std::string::npos) << chinese;
  // The seller's own lines and the commands stay as they are; every other line is Chinese.
  std::istringstream lines(chinese);
  int seen = 0;
  for (std::string line; std::getline(lines, line); ++seen) {
    if (line.find("Bank of Example") != std::string::npos) continue;
    EXPECT_EQ(postage::testing::english_in(line), "") << line;
  }
  EXPECT_GT(seen, 20);
  const std::string html = desk.file(Format::html, Language::zh);
  EXPECT_NE(html.find("&lt;Acme&gt; &amp; &#39;Sons&#39;"), std::string::npos);
  EXPECT_EQ(html.find("<Acme>"), std::string::npos);
  EXPECT_NE(html.find("lang=\"zh-CN\""), std::string::npos);
}

TEST(Letters, GroupDigits) {
  EXPECT_EQ(grouped("0"), "0");
  EXPECT_EQ(grouped("999"), "999");
  EXPECT_EQ(grouped("-1000.5"), "-1,000.5");
  EXPECT_EQ(grouped("123456789"), "123,456,789");
}

TEST(Tables, SplitALineOverProjectsByTheCentB31B32) {
  Paper paper = paper_in("CNY", {{"base", "399.00"}, {"messages", "300.00"}, {"pcu", "100.00"}});
  for (const std::int64_t million : {20, 15, 10}) {
    PaperProject project;
    project.name = std::to_string(million);
    project.messages = Rational(million * 1'000'000);
    project.pcu = Rational(7);
    paper.projects.push_back(project);
  }
  const auto amounts = project_amounts(paper);
  EXPECT_EQ(money_text(amounts[0].messages, paper.currency), "133.33");
  EXPECT_EQ(money_text(amounts[1].messages, paper.currency), "100.00");
  EXPECT_EQ(money_text(amounts[2].messages, paper.currency), "66.67");
  EXPECT_EQ(money_text(amounts[0].pcu, paper.currency), "33.34");
  EXPECT_EQ(money_text(amounts[1].pcu, paper.currency), "33.33");
  EXPECT_EQ(money_text(amounts[2].pcu, paper.currency), "33.33");
  EXPECT_EQ(projects_table(paper, Language::en).sums.back(), "799.00");
}

TEST(Tables, DaysThatDoNotMakeTheMonthGetARowForTheRest) {
  Paper paper = paper_in("CNY", {{"messages", "10.00"}});
  PaperProject project;
  project.messages = Rational(1000);
  paper.projects.push_back(project);
  const Table table = days_table(paper, {{"2026-01-01", 3, 400, 0}, {"2026-01-02", 3, 100, 0}}, Language::en);
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[2][0], "rest of the month");
  EXPECT_EQ(table.rows[2][2], "500");
  EXPECT_EQ(table.rows[0][4], "4.00");
  EXPECT_EQ(table.sums[4], "10.00");
}

TEST(Csv, DisarmsFormulasAndQuotes) {
  Desk desk;
  desk.room.usage.set({10}, kJanuary, 1, 0, 0);
  Paper paper = desk.documents->paper_of(desk.close()).value();
  paper.projects[0].name = "=HYPERLINK(\"http://evil\",\"x\")";
  paper.projects[1].name = "+1,2";
  const std::string text = table_csv(projects_table(paper, Language::en));
  const auto rows = csv_rows(text);
  EXPECT_EQ(rows[1][1], "'=HYPERLINK(\"http://evil\",\"x\")");
  EXPECT_EQ(rows[2][1], "'+1,2");
  Workbook book{"t", "a", kJanuary, 2, {}, {projects_table(paper, Language::en)}};
  const Sheet sheet = sheets_of(workbook_bytes(book).value(), 1)[0];
  EXPECT_EQ(sheet.at("B4").text, paper.projects[0].name);  // A text cell: shown, never run.
  EXPECT_EQ(sheet.at("B4").formula, "");
}

TEST(Workbook, KeepsNumbersThatSpreadsheetsCannotHoldAsTexts) {
  const Paper paper = paper_in("CNY", {{"messages", "184467440737095.52"}});  // B19
  Workbook book{"t", "a", kJanuary, 2, {}, {lines_table(paper, Language::en)}};
  const Sheet sheet = sheets_of(workbook_bytes(book).value(), 1)[0];
  EXPECT_EQ(sheet.at("F4").text, "184467440737095.52");
  EXPECT_EQ(sheet.at("F5").text, "184467440737095.52");
  EXPECT_EQ(sheet.at("F5").formula, "");
}

TEST(Currencies, PrintTheirOwnDigitsInEveryForm) {
  struct Case {
    const char *currency, *fee, *tax, *total;
  };
  for (const Case& each : {Case{"JPY", "1499", "150", "1,649"}, Case{"KWD", "14.990", "1.499", "16.489"},
                           Case{"USD", "9.99", "1.00", "10.99"}}) {
    const Paper paper = paper_in(each.currency, {{"base", each.fee}, {"tax", each.tax}}, "10");
    std::string plain = each.total;
    std::erase(plain, ',');
    EXPECT_NE(paper_text(paper, Language::en).find(each.total), std::string::npos) << each.currency;
    EXPECT_NE(paper_html(paper, Language::zh).find(each.total), std::string::npos) << each.currency;
    EXPECT_NE(pdf_text(paper_pdf(paper, Language::zh).value()).find(std::string(each.currency) + " " + each.total),
              std::string::npos)
        << each.currency;
    EXPECT_EQ(lines_table(paper, Language::en).sums[5], plain);
    Workbook book{"t", "a", kJanuary, paper.currency.minor_digits, {}, {lines_table(paper, Language::en)}};
    const Sheet sheet = sheets_of(workbook_bytes(book).value(), 1)[0];
    EXPECT_EQ(sum_of(sheet, sheet.at("F6").formula), paper.total) << each.currency;
  }
}

TEST(Pdf, IsTheSameBytesForTheSameInvoiceAndWarnsOfDraftAndVoid) {
  Desk desk;
  desk.room.usage.set({10}, kJanuary, 501, 0, 0);
  const std::string draft = desk.documents->running({1}, kJanuary + seconds(5), {})->bytes;
  // The word stands across the page, each letter on a line of its own.
  std::string letters = pdf_text(draft, "raw");
  std::erase_if(letters, [](char c) { return c == ' ' || c == '\n' || c == '\f'; });
  EXPECT_NE(letters.find("DRAFT"), std::string::npos) << letters;
  Paper paper = desk.documents->paper_of(desk.close()).value();
  const std::string once = paper_pdf(paper, Language::zh).value();
  EXPECT_EQ(once, paper_pdf(paper, Language::zh).value());
  EXPECT_NE(once, paper_pdf(paper, Language::en).value());
  EXPECT_EQ(desk.file(Format::xlsx), desk.file(Format::xlsx));
  const std::string text = pdf_text(once);
  for (const std::string& word : {paper.sha256, paper.number, std::string("feed"), std::string("账单"),
                                  std::string("91310000TEST"), std::string("399.20")}) {
    EXPECT_NE(text.find(word), std::string::npos) << word;
  }
  paper.voided = true;
  paper.credits = {{"CN-2026-000001", kFebruary, paper.total}};
  EXPECT_NE(pdf_text(paper_pdf(paper, Language::zh).value()).find("作废"), std::string::npos);
  EXPECT_EQ(text.find("作废"), std::string::npos);
}

TEST(Pdf, OfThousandsOfProjectsIsPagedWithHeadsAndStillAddsUp) {
  Paper paper = paper_in("CNY", {{"base", "399.00"}, {"messages", "1234.56"}});
  for (int i = 0; i < 1600; ++i) {
    PaperProject project;
    project.id = std::to_string(i);
    project.name = "project " + std::to_string(i);
    project.messages = Rational(i);
    paper.projects.push_back(project);
  }
  const std::string text = pdf_text(paper_pdf(paper, Language::en).value());
  std::size_t heads = 0;
  for (std::size_t from = 0; (from = text.find("Message units", from)) != std::string::npos; ++from) ++heads;
  EXPECT_GT(heads, 30U);
  EXPECT_NE(text.find("and 600 more projects"), std::string::npos);
  EXPECT_NE(text.find("Page 1 of "), std::string::npos);
  EXPECT_NE(text.find("1,234.56"), std::string::npos);
}

/// Runs in a process of its own, with the fonts that its environment names.
TEST(PdfFonts, DISABLED_Child) {
  const auto made = paper_pdf(paper_in("CNY", {{"base", "1.00"}}), Language::zh);
  std::printf("%s\n", made.ok() ? made->substr(0, 5).c_str() : made.error().to_string().c_str());
}

TEST(PdfFonts, ThatLackCharactersAreLoggedAndNoFontAtAllIsAClearError) {
  const Scratch scratch;
  const auto run = [&](const std::string& folder) {
    const std::string config =
        scratch.file("fonts.conf", "<?xml version=\"1.0\"?><fontconfig><dir>" + folder + "</dir><cachedir>" +
                                       scratch.file("cache") + "</cachedir></fontconfig>");
    return testing::output_of("FONTCONFIG_FILE=" + config + " " +
                              std::filesystem::read_symlink("/proc/self/exe").string() +
                              " --gtest_also_run_disabled_tests --gtest_filter=PdfFonts.DISABLED_Child 2>&1");
  };
  const std::string latin_only = run("/usr/share/fonts/truetype/dejavu");
  EXPECT_NE(latin_only.find("%PDF-"), std::string::npos) << latin_only;
  EXPECT_NE(latin_only.find("pdf_characters_without_font"), std::string::npos) << latin_only;
  EXPECT_NE(latin_only.find("fonts-noto-cjk"), std::string::npos) << latin_only;
  const std::string none = run("/nonexistent");
  EXPECT_EQ(none.find("%PDF-"), std::string::npos) << none;
  EXPECT_NE(none.find("this machine has no fonts; install fonts-noto-cjk"), std::string::npos) << none;
}

TEST(Papers, RefuseWhatIsNoDocument) {
  Desk desk;
  const std::string good = desk.close().document;
  ASSERT_TRUE(read_paper(good).ok());
  EXPECT_EQ(read_paper("").error().code, Errc::corrupt_record);
  EXPECT_EQ(read_paper("[1]").error().code, Errc::corrupt_record);
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t place = text.find(from);
    CHECK(place != std::string::npos);
    return read_paper(text.replace(place, from.size(), to)).error().detail;
  };
  EXPECT_EQ(changed("\"total\":\"399.00\"", "\"total\":\"399.01\""), "document: /total: is not the sum of the lines");
  EXPECT_EQ(changed("\"currency\":\"CNY\"", "\"currency\":\"ZZZ\""), "document: /currency: is not a known currency");
  EXPECT_EQ(changed("\"zone\":\"Asia/Shanghai\"", "\"zone\":7"), "document: /zone: must be a text");
}

/// A random month of one to three projects with contract and tax, issued.
struct RandomInvoice {
  explicit RandomInvoice(const std::function<std::int64_t(std::int64_t below)>& whole) {
    constexpr const char* kPlans[] = {"basic", "premium", "flagship"};
    desk = std::make_unique<Desk>(kPlans[whole(3)]);
    for (const std::int64_t project : {10, 11}) {
      desk->room.usage.set({project}, kJanuary, whole(4000), whole(400'000'000), whole(std::int64_t{40} << 30));
    }
    const rating::Contract contract{Rational(whole(30)), Rational(whole(3000))};
    CHECK(desk->room.billing->set_contract({1}, contract, kJanuary, {}).ok());
    const rating::Tax tax{Rational(BigInt(whole(250)), BigInt(10)), whole(2) == 0};
    CHECK(desk->room.billing->set_tax({1}, tax, kJanuary, {}).ok());
    invoice = desk->close();
    total = parse_decimal(invoice.total).value().value;
  }
  std::unique_ptr<Desk> desk;
  StoredInvoice invoice;
  Rational total;
};

RC_GTEST_PROP(DocumentProperty, EveryTableAddsUpToTheInvoice, ()) {
  const RandomInvoice random([](std::int64_t below) { return *rc::gen::inRange<std::int64_t>(0, below); });
  const Desk& desk = *random.desk;
  RC_ASSERT(csv_sum(csv_rows(desk.file(Format::csv)), "amount") == random.total);
  RC_ASSERT(csv_sum(csv_rows(desk.file(Format::csv, Language::zh, "projects")), "amount") == random.total);
  const Paper paper = read_paper(random.invoice.document).value();
  const auto days = csv_rows(desk.file(Format::csv, Language::en, "days"));
  RC_ASSERT(csv_sum(days, "messages_amount") == paper.line("messages")->amount);
  RC_ASSERT(csv_sum(days, "storage_amount") == paper.line("storage")->amount);
  RC_ASSERT(csv_sum(days, "messages") == paper.line("messages")->meter->quantity);
  const nlohmann::json json = nlohmann::json::parse(desk.file(Format::json));
  Rational by_project;
  for (const auto& row : json["by_project"])
    by_project += parse_decimal(row["amount"].get<std::string>()).value().value;
  RC_ASSERT(by_project == random.total);
  RC_ASSERT(json["sha256"] == random.invoice.sha256);
}

TEST(DocumentProperty, SpreadsheetsAndPdfsReadBackAddUpToTheInvoice) {
  std::mt19937_64 source(20260101);
  for (int round = 0; round < 12; ++round) {
    const RandomInvoice random(
        [&](std::int64_t below) { return static_cast<std::int64_t>(source() % static_cast<std::uint64_t>(below)); });
    const auto sheets = sheets_of(random.desk->file(Format::xlsx), 3);
    std::size_t sums = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      for (const auto& [place, cell] : sheets[i]) {
        if (cell.formula.empty()) continue;
        ++sums;
        const Rational shown = testing::sheet_number(cell.number);
        EXPECT_EQ(sum_of(sheets[i], cell.formula), shown) << place;
        const bool of_all = (i == 0 && place.starts_with("H")) || (i == 1 && place.starts_with("J"));
        if (of_all) {
          EXPECT_EQ(shown, random.total) << place;
        }
      }
    }
    EXPECT_EQ(sums, 7U);
    const Paper paper = read_paper(random.invoice.document).value();
    const std::string text = pdf_text(random.desk->file(Format::pdf));
    EXPECT_NE(text.find("CNY " + money_grouped(random.total, paper.currency)), std::string::npos) << text;
    for (const PaperLine& line : paper.lines) {
      EXPECT_NE(text.find(money_grouped(line.amount, paper.currency)), std::string::npos) << line.kind;
    }
  }
}

}  // namespace
}  // namespace postage::invoice
