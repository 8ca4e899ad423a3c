#include <gtest/gtest.h>

#include <set>

#include "base/embedded.h"
#include "base/testing.h"
#include "notify/letter_template.h"
#include "notify/mail_headers.h"
#include "notify/notices.h"

namespace postage::notify {
namespace {

using std::string_view_literals::operator""sv;

QuotaFacts facts(std::string locale, int percent, bool hard, QuotaMeter meter = QuotaMeter::messages) {
  QuotaFacts made;
  made.locale = std::move(locale);
  made.account = "Acme & Söhne <x>";
  made.plan = hard ? "free" : "basic";
  made.month = "2026-11";
  made.meter = meter;
  made.percent = percent;
  made.used = "2400000";
  made.quota = "3000000";
  made.hard = hard;
  made.resets_at = parse_instant("2026-12-01T00:00:00+08:00").value();
  made.zone = Zone::find("Asia/Shanghai").value();
  made.overage_price = "CNY 9.00";
  made.console_url = "https://postage.example/console";
  return made;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(QuotaLetter, WarnsBelowTheQuota) {
  const Letter letter = quota_letter(facts("en", 80, true)).value();
  EXPECT_EQ(letter.subject, "Acme & Söhne <x>: 80 % of the messages quota is used");
  EXPECT_TRUE(has(letter.text, "Used: 2,400,000 messages"));
  EXPECT_TRUE(has(letter.text, "Quota: 3,000,000 messages"));
  EXPECT_TRUE(has(letter.text, "2026-12-01 00:00 (Asia/Shanghai)"));
  EXPECT_TRUE(has(letter.text, "this function stops until the month ends"));
  EXPECT_TRUE(has(letter.text, "https://postage.example/console"));
  EXPECT_TRUE(has(quota_letter(facts("en", 80, false))->text, "what is above the quota is billed"));
}

TEST(QuotaLetter, SaysWhatStopsUntilWhenAndHowToUpgradeOnAHardPlan) {
  const Letter english = quota_letter(facts("en", 100, true)).value();
  EXPECT_TRUE(has(english.text, "What stops: publishing, subscribing"));
  EXPECT_TRUE(has(english.text, "Until: 2026-12-01 00:00 (Asia/Shanghai)"));
  EXPECT_TRUE(has(english.text, "-11025"));
  EXPECT_TRUE(has(english.text, "upgrade the plan"));
  EXPECT_FALSE(has(english.text, "CNY 9.00"));
  const Letter chinese = quota_letter(facts("zh-CN", 100, true)).value();
  EXPECT_EQ(chinese.subject, "Acme & Söhne <x>：消息数配额已用尽");
  EXPECT_TRUE(has(chinese.text, "恢复时间: 2026-12-01 00:00 (Asia/Shanghai)"));
  EXPECT_TRUE(has(chinese.text, "升级"));
}

TEST(QuotaLetter, SaysWhatTheOverageCostsOnASoftPlan) {
  const Letter english = quota_letter(facts("en", 100, false)).value();
  EXPECT_TRUE(has(english.text, "Price of the overage: CNY 9.00 per million messages"));
  EXPECT_TRUE(has(english.text, "The service goes on"));
  EXPECT_FALSE(has(english.text, "What stops"));
  EXPECT_TRUE(has(quota_letter(facts("zh", 120, false))->text, "服务不会中断"));
}

TEST(QuotaLetter, EveryMeterHasItsWordsInBothLanguages) {
  for (const char* locale : {"en", "zh"}) {
    for (const QuotaMeter meter : {QuotaMeter::pcu, QuotaMeter::messages, QuotaMeter::storage}) {
      for (const bool hard : {false, true}) {
        for (const int percent : {50, 80, 95, 100}) {
          const auto letter = quota_letter(facts(locale, percent, hard, meter));
          ASSERT_TRUE(letter) << letter.error().to_string();
          EXPECT_FALSE(has(letter->text + letter->html + letter->subject, "{{"));
          EXPECT_TRUE(valid_header_text(letter->subject));
        }
      }
    }
  }
  EXPECT_TRUE(has(quota_letter(facts("en", 100, true, QuotaMeter::pcu))->text, "-10015"));
  EXPECT_TRUE(has(quota_letter(facts("en", 100, true, QuotaMeter::storage))->text, "-12002"));
}

TEST(Letter, ValuesAreEscapedInHtmlAndCannotBreakLines) {
  QuotaFacts nasty = facts("en", 80, true);
  nasty.account = "<script>alert('1')</script>\r\nBcc: x@y";
  nasty.console_url = "javascript:alert(1)";
  const Letter letter = quota_letter(nasty).value();
  EXPECT_FALSE(has(letter.html, "<script"));
  EXPECT_TRUE(has(letter.html, "&lt;script&gt;alert(&#39;1&#39;)"));
  EXPECT_FALSE(has(letter.html, "javascript:"));
  EXPECT_FALSE(has(letter.subject, "\n"));
  EXPECT_TRUE(valid_header_text(letter.subject));
}

TEST(Letter, TheOtherLettersAreComplete) {
  for (const char* locale : {"en", "zh"}) {
    const Letter invoice = invoice_letter({.locale = locale, .account = "Acme", .number = "INV-7", .month = "2026-10",
                                           .total = "12345.60", .currency = "CNY", .console_url = "https://a.b/c"}).value();
    EXPECT_TRUE(has(invoice.subject, "INV-7"));
    EXPECT_TRUE(has(invoice.text, "CNY 12,345.60"));
    EXPECT_TRUE(has(invoice.html, "href=\"https://a.b/c\""));
    const Letter other = generic_letter({.locale = locale, .subject = "A subject", .paragraphs = {"One.", "Two <b>."}}).value();
    EXPECT_EQ(other.subject, "A subject");
    EXPECT_TRUE(has(other.text, "One.\n\nTwo <b>.\n"));
    EXPECT_TRUE(has(other.html, "Two &lt;b&gt;."));
    EXPECT_FALSE(has(other.text, "Hello"));
    EXPECT_FALSE(has(other.html, "<a "));
  }
  EXPECT_FALSE(generic_letter({.subject = "", .paragraphs = {"x"}}));
}

TEST(Letter, BothLanguagesOfATemplateUseTheSameValues) {
  EXPECT_TRUE(quota_letter(facts("en", 80, true)));  // Registers the embedded files.
  const auto names_in = [](std::string_view text) {
    std::set<std::string> names;
    for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
      names.insert(std::string(text.substr(at + 2, text.find("}}", at) - at - 2)));
    }
    return names;
  };
  int pairs = 0;
  for (const std::string_view name : embedded_names("letters/")) {
    if (!name.ends_with(".en.txt")) continue;
    const std::string other = std::string(name.substr(0, name.size() - 7)) + ".zh.txt";
    ASSERT_TRUE(embedded_file(other)) << other;
    EXPECT_EQ(names_in(*embedded_file(name)), names_in(*embedded_file(other))) << name;
    ++pairs;
  }
  EXPECT_GE(pairs, 6);
}

TEST(Letter, AChineseOneHoldsNoEnglishSentence) {
  EXPECT_EQ(postage::testing::english_in("超额单价: CNY 9.00 per million messages"), "per million messages");
  EXPECT_EQ(postage::testing::english_in("错误 budget，充值后恢复 (Asia/Shanghai) GB CNY"), "");
  QuotaFacts made = facts("zh", 100, false);
  int letters = 0;
  for (const QuotaMeter meter : {QuotaMeter::pcu, QuotaMeter::messages, QuotaMeter::storage}) {
    for (const bool hard : {false, true}) {
      for (const int percent : {80, 100}) {
        QuotaFacts each = facts("zh-CN", percent, hard, meter);
        each.account = "艾克米";
        each.plan = "基础版";
        const Letter letter = quota_letter(each).value();
        EXPECT_EQ(postage::testing::english_in(letter.subject + "\n" + letter.text), "");
        ++letters;
      }
    }
  }
  EXPECT_EQ(letters, 12);
  made.meter = QuotaMeter::storage;
  EXPECT_TRUE(has(quota_letter(made)->text, "超额单价: 每 GB CNY 9.00"));
  EXPECT_TRUE(has(quota_letter(facts("zh", 100, false))->text, "超额单价: 每百万条 CNY 9.00"));
  // The files themselves, so that a letter nobody fills here is read too.
  int files = 0;
  for (const std::string_view name : embedded_names("letters/")) {
    if (!name.ends_with(".zh.txt")) continue;
    EXPECT_EQ(postage::testing::english_in(*embedded_file(name)), "") << name;
    ++files;
  }
  EXPECT_GE(files, 15);
}

TEST(Template, MistakesAreErrors) {
  const Values values{{"a", "1"}, {"empty", ""}};
  const auto code = [&](std::string_view text) {
    const auto letter = fill_letter(text, values);
    return letter ? Errc::ok : letter.error().code;
  };
  EXPECT_EQ(code("Subject: x {{a}}\n\n| A | {{a}}\n"), Errc::ok);
  EXPECT_EQ(code(""), Errc::internal);
  EXPECT_EQ(code("no subject\n"), Errc::internal);
  EXPECT_EQ(code("Subject: {{empty}}\n"), Errc::internal);
  EXPECT_EQ(code("Subject: x\n\n{{b}}\n"), Errc::internal);
  EXPECT_EQ(code("Subject: x\n\n{{a\n"), Errc::internal);
  EXPECT_EQ(code("Subject: x\n\n| no second part\n"), Errc::internal);
  EXPECT_EQ(make_letter("missing", "en", values).error().code, Errc::internal);
  EXPECT_EQ(fill_letter("Subject: x\n\n| A | {{empty}}\n\n{{empty}}\n\nend\n", values)->text, "end\n");
}

TEST(HeaderWords, AsciiStaysAndTheRestBecomesWords) {
  EXPECT_EQ(header_words("Plain text: 50 %"), "Plain text: 50 %");
  EXPECT_EQ(header_words("消息"), "=?UTF-8?B?5raI5oGv?=");
  // What looks like a word already is wrapped, so that it arrives as it was written.
  EXPECT_EQ(header_words("=?UTF-8?B?QQ==?="), "=?UTF-8?B?PT9VVEYtOD9CP1FRPT0/PQ==?=");
  std::string mixed;
  for (int i = 0; i < 60; ++i) mixed += i % 3 == 0 ? "邮" : i % 3 == 1 ? "a" : "\xF0\x9F\x93\xAE";
  const std::string words = header_words(mixed);
  std::size_t begin = 0;
  while (begin < words.size()) {
    const std::size_t end = std::min(words.find("\r\n ", begin), words.size());
    EXPECT_LE(end - begin, 75u);
    EXPECT_TRUE(words.substr(begin, end - begin).starts_with("=?UTF-8?B?"));
    begin = end + 3;
  }
}

TEST(HeaderText, ControlCharactersAndBadUtf8AreRefused) {
  EXPECT_TRUE(valid_header_text("消息 a"));
  for (const std::string_view bad : {"a\rb"sv, "a\nb"sv, "a\0b"sv, "a\tb"sv, "\x7f"sv, "\xff"sv, "\xC2\x85"sv, "\xED\xA0\x80"sv, "\xE6\xB6"sv}) {
    EXPECT_FALSE(valid_header_text(bad));
  }
}

TEST(HeaderDate, IsRfc5322) {
  EXPECT_EQ(header_date(parse_instant("2026-11-01T08:05:09+00:00").value()), "Sun, 01 Nov 2026 08:05:09 +0000");
  EXPECT_EQ(header_date(parse_instant("2028-02-29T23:59:59.999+00:00").value()), "Tue, 29 Feb 2028 23:59:59 +0000");
}

TEST(Address, WhatCouldEscapeItsPlaceIsRefused) {
  EXPECT_TRUE(valid_address("a.b+c@example.com"));
  for (const std::string bad : {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b>", "<a@b", "a@b\r\nDATA", "a,b@c", "ü@b.c", "\"a\"@b.c"}) {
    EXPECT_FALSE(valid_address(bad)) << bad;
  }
  EXPECT_FALSE(valid_address(std::string(65, 'a') + "@b"));
  EXPECT_FALSE(valid_address("a@" + std::string(253, 'b')));
}

}  // namespace
}  // namespace postage::notify
