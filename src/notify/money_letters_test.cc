// The letters about payments, in both languages: each says what it must, and nothing stays unfilled.
#include <gtest/gtest.h>

#include "notify/notices.h"

namespace postage::notify {
namespace {

MoneyFacts facts(const std::string& letter, const std::string& locale) {
  MoneyFacts made;
  made.letter = letter;
  made.locale = locale;
  made.account = "Acme <x>";
  made.currency = "CNY";
  made.amount = "12345.67";
  made.balance = "-12345.67";
  made.reference = "PO-2026-000001";
  made.percent = 95;
  made.until = parse_instant("2026-02-11T00:00:00+08:00").value();
  made.zone = Zone::find("Asia/Shanghai").value();
  made.console_url = "https://postage.example/console";
  return made;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(MoneyLetter, EachSaysItsAmountsInBothLanguages) {
  struct Row {
    const char* letter;
    const char* english;
    const char* chinese;
  };
  const Row rows[] = {{"payment_received", "Reference: PO-2026-000001", "款项已到账"},
                      {"payment_reminder", "Suspension from: 2026-02-11 00:00 (Asia/Shanghai)", "扣款日"},
                      {"payment_request", "To pay: CNY 12,345.67", "请充值"},
                      {"account_suspended", "-17008", "已被暂停"},
                      {"account_released", "work again", "已恢复使用"},
                      {"prepaid_level", "95 % of your prepaid balance", "预付余额已使用 95 %"},
                      {"prepaid_expiry", "Ends: 2026-02-11 00:00 (Asia/Shanghai)", "到期"}};
  for (const Row& row : rows) {
    const auto english = money_letter(facts(row.letter, "en"));
    const auto chinese = money_letter(facts(row.letter, "zh-CN"));
    ASSERT_TRUE(english.ok() && chinese.ok()) << row.letter;
    EXPECT_TRUE(has(english->text, row.english)) << english->text;
    EXPECT_TRUE(has(chinese->subject + chinese->text, row.chinese)) << chinese->text;
    for (const Letter& letter : {*english, *chinese}) {
      EXPECT_TRUE(has(letter.text, "-12,345.67")) << letter.text;
      EXPECT_FALSE(has(letter.text, "{{"));
      EXPECT_FALSE(has(letter.html, "<x>"));
    }
  }
  EXPECT_FALSE(money_letter(facts("no_such_letter", "en")).ok());
}

}  // namespace
}  // namespace postage::notify
