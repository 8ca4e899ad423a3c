// Closes January 2026 of many accounts with everything real: directory, gates, meter tables, ledger, outbox on one SQLite
// file. The kill rounds (month_close_rounds.py) run it as a process of its own and kill it.
//
//   month_close make FOLDER ACCOUNTS     a store with that many accounts, three projects each, and their usage
//   month_close close FOLDER [STEP]      closes what is due; kills itself at the STEP-th step; prints figures
//   month_close check FOLDER             proves the books and prints a digest of all that was made
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "app/books.h"
#include "app/post.h"
#include "app/store.h"
#include "auth/directory_store.h"
#include "auth/entropy.h"
#include "base/log.h"
#include "invoice/close.h"
#include "invoice/replay.h"
#include "invoice/schema.h"
#include "ledger/ledger.h"
#include "meter/hour.h"
#include "meter/journal_format.h"
#include "meter/meter.h"

namespace postage {
namespace {

const Instant kJanuary = parse_instant("2026-01-01T00:00:00+08:00").value();
const Instant kFebruary = parse_instant("2026-02-01T00:00:00+08:00").value();
constexpr std::int64_t kProjects = 3;

/// Stands still, but for durations: a tick ends when its time is over.
class FebruaryClock final : public Clock {
 public:
  [[nodiscard]] Instant wall() const override { return kFebruary + std::chrono::hours(12); }
  [[nodiscard]] Steady steady() const override { return system_clock().steady(); }
};

template <class T>
T need(Result<T> result, const char* what) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", what, result.error().to_string().c_str());
    std::exit(1);
  }
  return *std::move(result);
}
void need(const Result<void>& result, const char* what) {
  if (result) return;
  std::fprintf(stderr, "%s: %s\n", what, result.error().to_string().c_str());
  std::exit(1);
}

/// The rooms that a close needs, as the server makes them.
struct World {
  explicit World(const std::string& folder)
      : store(need(app::open_store(folder, app::StoreUse::exclusive, 1, kJanuary), "store")),
        catalogues(need(app::Catalogues::load(""), "catalogues")),
        texts(catalogues),
        accounts(*store->directory, clock) {
    need(invoice::migrate(*store->database, kJanuary), "tables");
    need(meter::migrate_meter(*store->database, kJanuary), "tables");
    meter::MeterOptions options;
    options.folder = folder + "/meter";
    options.sync = false;
    meter = need(meter::Meter::open(std::move(options), *store->database, clock), "meter");
    billing = std::make_unique<invoice::Billing>(
        invoice::Billing::Ports{*store->database, accounts, texts, meter->reader()});
    documents = app::make_documents(app::Settings{}, *billing, accounts, *meter, nullptr);
    entitlements = std::make_unique<quota::Entitlements>(app::listed_plans(*store->directory, catalogues));
    gates = std::make_unique<app::AccountGates>(app::AccountGates::Ports{*billing, accounts, meter->reader(), clock,
                                                                         meter->slots(), *entitlements, &accounts});
    accounts.on_terms([this](AccountId id) { return gates->renew(id); });
    post = need(app::PostOffice::open(app::Settings{}, "http://localhost", *store->database, clock, *documents), "post");
  }

  FebruaryClock clock;
  std::unique_ptr<app::Store> store;
  app::Catalogues catalogues;
  app::CatalogueTexts texts;
  app::DirectoryAccounts accounts;
  std::unique_ptr<meter::Meter> meter;
  std::unique_ptr<invoice::Billing> billing;
  std::unique_ptr<invoice::Documents> documents;
  std::unique_ptr<quota::Entitlements> entitlements;
  std::unique_ptr<app::AccountGates> gates;
  std::unique_ptr<app::PostOffice> post;
};

Result<void> add_event(db::Connection& c, std::int64_t account, Instant at, invoice::EventKind kind,
                       const std::string& value) {
  TRY_VOID(c.run("insert into invoice_account_event (account, at, kind, value, by_whom, why) values (?, ?, ?, ?, 'test', '')",
                 account, at, invoice::event_kind_name(kind), value));
  return {};
}

/// The history as AccountHistory writes it, without a transaction for each account.
Result<void> make_history(db::Connection& c, const auth::AccountInfo& account) {
  const std::int64_t id = account.id.value;
  TRY_VOID(add_event(c, id, account.created_at, invoice::EventKind::opened, invoice::opened_value(account.catalogue, account.plan)));
  const Zone zone = Zone::find(account.catalogue == "us25" ? "UTC" : "Asia/Shanghai").value();
  const InstantRange month = month_range({2026, 1}, zone);
  TRY_VOID(c.run("insert into invoice_cursor (account, month, starts_at, ends_at, retry_at) values (?, '2026-01', ?, ?, 0)", id,
                 month.start, month.end));
  if (id % 50 == 3) {
    TRY_VOID(add_event(c, id, kJanuary + std::chrono::hours(500), invoice::EventKind::plan, R"({"plan":"free"})"));
  }
  if (id % 50 == 4) {
    TRY_VOID(add_event(c, id, account.created_at + seconds(1), invoice::EventKind::tax, invoice::tax_value({6, false})));
  }
  return {};
}

/// Accounts on all plans; every seventh on another price book, in another zone.
Result<void> make_account(db::Connection& c, World& world, std::int64_t id) {
  constexpr const char* kPlans[] = {"free", "basic", "premium", "flagship", "enterprise"};
  constexpr const char* kDollarPlans[] = {"free", "starter", "pro", "business", "enterprise"};
  const bool dollars = id % 7 == 0;
  auth::AccountInfo account{AccountId{id}, fmt::format("Account {}", id), fmt::format("a{}@example.com", id), "en",
                            dollars ? "us25" : "cn26", (dollars ? kDollarPlans : kPlans)[id % 5], false, false,
                            dollars ? kJanuary + std::chrono::hours(8) : kJanuary};
  TRY_VOID(auth::write_account(c, account));
  TRY_VOID(make_history(c, account));
  for (std::int64_t i = 0; i < kProjects; ++i) {
    auth::ProjectInfo project{};
    project.id = ProjectId{(id - 1) * kProjects + i + 1};
    project.account = account.id;
    project.app_id.text = fmt::format("{:032x}", project.id.value);
    project.name = fmt::format("project {}", i + 1);
    project.app_id_only = true;
    project.created_at = kJanuary;
    TRY_VOID(auth::write_project(c, project, *world.store->seal, auth::system_entropy()));
  }
  return {};
}

Result<void> add_fold(db::Connection& c, std::int64_t subject, meter::MeterKind kind, std::int64_t hour,
                      std::int64_t value) {
  TRY_VOID(c.run("insert into meter_fold(subject, meter, hour, node, run, sequence, value) values (?,?,?,'node-1',0,1,?)",
                 subject, static_cast<int>(kind), hour, value));
  return {};
}

/// What the meter's folds would hold: every project has messages and a peak each day, in the hours at both ends of the
/// month too; every thirtieth stores bytes all month.
Result<void> make_usage(db::Connection& c, std::int64_t project) {
  using meter::MeterKind;
  const std::int64_t first = meter::hour_of(kJanuary), last = meter::hour_of(kFebruary);
  const auto units = [&](std::int64_t day) { return project * 7919 % 100'003 * 10 + day * 1009; };
  const auto peak = [&](std::int64_t day) { return 1 + (project * 31 + day * 7) % 400; };
  for (std::int64_t day = meter::day_of_hour(first) + 1; day < meter::day_of_hour(last); ++day) {
    TRY_VOID(c.run("insert into meter_day(subject, meter, day, value) values (?, 1, ?, ?), (?, 2, ?, ?)", project, day,
                   units(day), project, day, peak(day)));
  }
  for (const std::int64_t hour : {first, last - 1}) {
    TRY_VOID(add_fold(c, project, MeterKind::messages, hour, units(hour % 24)));
    TRY_VOID(add_fold(c, project, MeterKind::peak, hour, peak(hour % 24)));
  }
  for (std::int64_t hour = first; project % 30 == 0 && hour < last; ++hour) {
    TRY_VOID(add_fold(c, project, MeterKind::storage, hour, (project % 1000 + 1) << 24));
  }
  return {};
}

void make(const std::string& folder, std::int64_t count) {
  World world(folder);
  for (std::int64_t from = 1; from <= count; from += 5000) {
    need(world.store->database->write([&](db::Connection& c) -> Result<void> {
      for (std::int64_t id = from; id < from + 5000 && id <= count; ++id) {
        TRY_VOID(make_account(c, world, id));
        for (std::int64_t i = 1; i <= kProjects; ++i) TRY_VOID(make_usage(c, (id - 1) * kProjects + i));
      }
      TRY_VOID(c.run("update directory_state set version = version + 1"));
      return {};
    }), "make");
  }
  need(world.store->database->checkpoint(), "checkpoint");
  std::printf("{\"accounts\":%lld}\n", static_cast<long long>(count));
}

/// What this process has computed so far, by all of its threads: on a machine that others use too, the figure that stays.
milliseconds cpu_used() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return seconds(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         milliseconds((used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
}

void close_months(const std::string& folder, std::int64_t die_at) {
  World world(folder);
  std::int64_t steps = 0, closed = 0, told = 0, ticks = 0;
  milliseconds longest{0}, longest_cpu{0};
  invoice::CloseSettings settings;
  settings.between_steps = [&](std::string_view) {
    if (++steps == die_at) ::kill(::getpid(), SIGKILL);
  };
  invoice::MonthClose close({*world.store->database, world.billing->history(), world.accounts, world.meter->reader(),
                             world.post.get(), nullptr, &world.clock, &world.texts, &world.accounts, world.post.get()},
                            settings);
  std::printf("ready\n");
  std::fflush(stdout);
  const Steady began = world.clock.steady();
  const milliseconds cpu_began = cpu_used();
  for (bool more = true; more; ++ticks) {
    const Steady tick_began = world.clock.steady();
    const milliseconds tick_cpu = cpu_used();
    const invoice::CloseReport report = need(close.tick(world.clock.wall()), "tick");
    longest = std::max(longest, std::chrono::duration_cast<milliseconds>(world.clock.steady() - tick_began));
    longest_cpu = std::max(longest_cpu, cpu_used() - tick_cpu);
    if (report.failed != 0) need(Result<void>(Errc::conflict), "an account was put off");
    closed += report.closed;
    told += report.told;
    more = report.more;
  }
  const auto took = std::chrono::duration_cast<milliseconds>(world.clock.steady() - began);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("{\"closed\":%lld,\"told\":%lld,\"milliseconds\":%lld,\"steps\":%lld,\"ticks\":%lld,\"longest_tick_ms\":%lld,"
              "\"cpu_milliseconds\":%lld,\"longest_tick_cpu_ms\":%lld,\"peak_memory_kb\":%ld}\n",
              static_cast<long long>(closed), static_cast<long long>(told), static_cast<long long>(took.count()),
              static_cast<long long>(steps), static_cast<long long>(ticks), static_cast<long long>(longest.count()),
              static_cast<long long>((cpu_used() - cpu_began).count()), static_cast<long long>(longest_cpu.count()),
              used.ru_maxrss);
}

/// All columns of a query's rows, hashed in order.
std::string digest(db::Connection& c, std::string_view sql, int columns) {
  std::string chain;
  need(c.each(sql, [&](db::Row& row) {
    std::string text = chain;
    for (int i = 0; i < columns; ++i) text += '|' + row.text(i);
    chain = invoice::sha256_hex(text);
  }), "digest");
  return chain;
}

void check(const std::string& folder, bool deep) {
  World world(folder);
  auto lease = world.store->database->reader();
  db::Connection& c = *lease;
  const auto count = [&](std::string_view sql) { return static_cast<long long>(need(c.integer(sql), "count")); };
  if (deep) need(invoice::verify_invoices(c), "invoices");
  const ledger::Proof proof = need(ledger::verify(c), "ledger");
  const std::string invoices = digest(c, "select cast(id as text), number, cast(account as text), month, document, sha256, total "
                                         "from invoice order by id", 7);
  const std::string lines = digest(c, "select cast(invoice as text), kind, coalesce(quantity, ''), amount from invoice_line "
                                      "order by invoice, position", 4);
  const std::string books = digest(c, "select t.source, cast(t.at as text), a.code, e.minor from ledger_entry e "
                                      "join ledger_transaction t on t.id = e.transaction_id "
                                      "join ledger_account a on a.id = e.account_id order by e.id", 4);
  const std::string mails = digest(c, "select key, recipient, subject, body from outbox where carrier = 'mail' order by key", 4);
  const std::string plans = digest(c, "select cast(id as text), plan from account order by id", 2);
  std::printf(
      "{\"invoices\":%lld,\"accounts\":%lld,\"billed_accounts\":%lld,\"highest_number\":%lld,\"todos\":%lld,\"mails\":%lld,"
      "\"mail_keys\":%lld,\"progress\":%lld,\"entries\":%lld,\"digest\":\"%s\"}\n",
      count("select count(*) from invoice"), count("select count(*) from account"),
      count("select count(distinct account) from invoice"), count("select coalesce(sum(last), 0) from invoice_counter"),
      count("select count(*) from invoice_todo"), count("select count(*) from outbox where carrier = 'mail'"),
      count("select count(distinct key) from outbox where carrier = 'mail'"),
      count("select coalesce(sum(closed), 0) from month_close_month"), static_cast<long long>(proof.entries),
      invoice::sha256_hex(invoices + lines + books + mails + plans).c_str());
}

}  // namespace
}  // namespace postage

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  postage::set_log_level(postage::Level::error);
  if (mode == "make" && argc == 4) {
    postage::make(argv[2], std::atoll(argv[3]));
  } else if (mode == "close" && argc <= 4) {
    postage::close_months(argv[2], argc == 4 ? std::atoll(argv[3]) : 0);
  } else if (mode == "check" && argc <= 4) {
    postage::check(argv[2], argc == 4);
  } else {
    std::fprintf(stderr, "usage: month_close make FOLDER ACCOUNTS | close FOLDER [STEP] | check FOLDER [deep]\n");
    return 2;
  }
  return 0;
}
