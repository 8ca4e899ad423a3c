#include "app/server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "api/router.h"
#include "api/services.h"
#include "app/adoption.h"
#include "app/books.h"
#include "app/bundle_room.h"
#include "app/cap_watch.h"
#include "app/catalogue_room.h"
#include "app/close_duty.h"
#include "app/control.h"
#include "app/door.h"
#include "app/forecast_watch.h"
#include "app/help_desk.h"
#include "app/lane.h"
#include "app/local_asks.h"
#include "app/local_door.h"
#include "app/money_desk.h"
#include "app/paper_desk.h"
#include "app/payment_command.h"
#include "app/post.h"
#include "app/quota_watch.h"
#include "app/rest_publisher.h"
#include "app/test_clock_route.h"
#include "app/uptime.h"
#include "auth/audit.h"
#include "auth/entropy.h"
#include "base/log.h"
#include "invoice/schema.h"
#include "meter/meter.h"
#include "observe/uptime_log.h"

namespace postage::app {
namespace {

constexpr std::size_t kWorkerQueue = 20'000;
/// Gates are made ahead for so long at start; the control thread makes the rest, a little each second.
constexpr milliseconds kWarmAtStart{2000};
constexpr milliseconds kWarmEachRound{30};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

Level level_of(std::string_view name) {
  return name == "debug" ? Level::debug : name == "warn" ? Level::warn : name == "error" ? Level::error : Level::info;
}

}  // namespace

/// Members are in order of dependence: what stands below uses what stands above, and is destroyed first.
struct Server::Parts {
  explicit Parts(const Settings& given) : settings(given), clock(system_clock(), given.clock_test) {}

  Settings settings;
  OffsetClock clock;
  std::unique_ptr<Store> store;
  Catalogues catalogues;
  std::unique_ptr<meter::Meter> meter;
  std::unique_ptr<CatalogueTexts> catalogue_texts;
  std::unique_ptr<DirectoryAccounts> accounts;
  std::unique_ptr<auth::AuditLog> audit;
  std::unique_ptr<observe::UptimeLog> uptime_log;
  std::unique_ptr<MeasuredUptime> measured;
  std::unique_ptr<invoice::Billing> billing;
  std::unique_ptr<CatalogueRoom> catalogue_room;
  std::unique_ptr<BundleRoom> bundle_room;
  std::unique_ptr<invoice::Documents> documents;
  std::unique_ptr<quota::Entitlements> entitlements;
  std::unique_ptr<MoneyDesk> desk;
  std::unique_ptr<AccountGates> gates;
  std::unique_ptr<DirectoryBook> projects;
  std::unique_ptr<ProbedBook> book;
  std::unique_ptr<ProbeProject> probe;
  SystemChance chance;
  std::unique_ptr<bus::LocalBus<shard::Mail>> bus;
  std::unique_ptr<HelpDesk> help;
  std::unique_ptr<RestPublisher> publisher;
  std::unique_ptr<api::Router> router;
  std::unique_ptr<net::TlsContext> tls;
  std::unique_ptr<WorkerPool> workers;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::unique_ptr<UptimeKeeper> uptime;
  std::unique_ptr<PostOffice> post;
  std::unique_ptr<UsageScan> scan;
  std::unique_ptr<QuotaWatch> watch;
  std::unique_ptr<CapWatch> cap_watch;
  std::unique_ptr<ForecastWatch> forecasts;
  std::unique_ptr<CloseDuty> close;
  std::unique_ptr<Adoption> adoption;
  std::unique_ptr<Control> control;
  Instant swept_at{};  ///< sessions that ended long ago
  std::uint16_t port = 0;
  bool stopped = false;

  Result<void> open_stores();
  Result<void> make_money_rooms();
  Result<void> make_lanes();
  Result<void> make_control();
  Result<void> sweep_sessions(Instant now);
  std::string url() const;
  std::string metrics() const;
};

Result<void> Server::Parts::open_stores() {
  TRY_VOID(clock.keep_in(settings.server_data_dir + "/test_clock"));
  const Instant now = clock.wall();
  TRY(opened, open_store(settings.server_data_dir, StoreUse::exclusive, settings.auth_session_hours, now));
  store = std::move(opened);
  TRY(loaded, Catalogues::load(settings.billing_catalogue_dir));
  catalogues = std::move(loaded);
  TRY_VOID(invoice::migrate(*store->database, now));
  TRY_VOID(meter::migrate_meter(*store->database, now));
  TRY_VOID(observe::migrate(*store->database, now));
  catalogue_texts = std::make_unique<CatalogueTexts>(catalogues);
  accounts = std::make_unique<DirectoryAccounts>(*store->directory, clock);
  const auto shards = settings.server_shards != 0 ? settings.server_shards
                                                  : static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  meter::MeterOptions options;
  options.folder = settings.server_data_dir + "/meter";
  options.node = settings.server_node;
  options.shards = static_cast<int>(shards);
  options.sync = settings.meter_sync;
  options.month_start = [this](ProjectId id, Instant at) {
    const auth::SnapshotRef snapshot = store->directory->snapshot();
    const auth::ProjectInfo* project = snapshot->project(id);
    const auth::AccountInfo* account = project != nullptr ? snapshot->account(project->account) : nullptr;
    const catalog::CataloguePtr catalogue = account != nullptr ? catalogues.find(account->catalogue) : nullptr;
    const Zone utc = Zone();
    const Zone& zone = catalogue != nullptr ? catalogue->zone : utc;
    return month_range(month_of(at, zone), zone).start;
  };
  TRY(made, meter::Meter::open(std::move(options), *store->database, clock));
  meter = std::move(made);
  const meter::Recovery& recovery = meter->recovery();
  if (recovery.dead_runs > 0) {
    log(Level::warn, "recovered runs that did not stop in order",
        {{"runs", recovery.dead_runs}, {"units", recovery.units}, {"connections_cut", recovery.connections_cut},
         {"torn_bytes", recovery.torn_bytes}});
  }
  return {};
}

Result<void> Server::Parts::make_money_rooms() {
  audit = std::make_unique<auth::AuditLog>(*store->database);
  uptime_log = std::make_unique<observe::UptimeLog>(*store->database, settings.server_node);
  measured = std::make_unique<MeasuredUptime>(*uptime_log);
  billing = std::make_unique<invoice::Billing>(
      invoice::Billing::Ports{*store->database, *accounts, *catalogue_texts, meter->reader(), audit.get(), measured.get()});
  TRY(room, CatalogueRoom::open({*store->database, audit.get(), catalogues, *billing, *accounts}, clock.wall()));
  catalogue_room = std::move(room);
  documents = make_documents(settings, *billing, *accounts, *meter, audit.get());
  TRY(adopted, billing->adopt_accounts());
  (void)adopted;
  TRY(bundler, BundleRoom::open(settings.server_data_dir, *billing));
  bundle_room = std::move(bundler);
  TRY(opened, MoneyDesk::open(settings, *store->database, *billing, *accounts, *store->directory, audit.get(), clock));
  desk = std::move(opened);
  entitlements = std::make_unique<quota::Entitlements>(listed_plans(*store->directory, catalogues));
  gates = std::make_unique<AccountGates>(AccountGates::Ports{*billing, *accounts, meter->reader(), clock, meter->slots(),
                                                             *entitlements, accounts.get(), &desk->payments(),
                                                             store->directory.get()});
  TRY_VOID(gates->load_limits(clock.wall()));
  accounts->on_terms([this](AccountId id) {
    if (watch) watch->touch(id);
    return gates->renew(id);
  });
  gates->warm(clock.steady() + kWarmAtStart);
  TRY(helpers, HelpDesk::open(settings, *store->database, *audit, clock));
  help = std::move(helpers);
  projects = std::make_unique<DirectoryBook>(*store->directory, catalogues, *entitlements);
  book = std::make_unique<ProbedBook>(*projects);
  probe = std::make_unique<ProbeProject>(auth::system_entropy());
  return {};
}

Result<void> Server::Parts::make_lanes() {
  const std::size_t shards = static_cast<std::size_t>(
      settings.server_shards != 0 ? settings.server_shards : std::max(1U, std::thread::hardware_concurrency()));
  bus = std::make_unique<bus::LocalBus<shard::Mail>>(shards);
  publisher = std::make_unique<RestPublisher>(*bus);
  router = std::make_unique<api::Router>(api::Services{clock, *store->directory, *store->credentials, *audit,
                                                       auth::system_entropy(), *billing, *publisher, meter->reader(),
                                                       *documents, &catalogue_room->desk(), settings.billing_catalogue,
                                                       &bundle_room->bundles, uptime_log.get(), &help->desk(),
                                                       entitlements.get(), [this](AccountId account, Instant now) {
                                                         return gates->cap_usage(account, now);
                                                       }, &desk->payments()});
  workers = std::make_unique<WorkerPool>(static_cast<int>(settings.server_workers), kWorkerQueue);
  if (!settings.tls_certificate.empty()) {
    TRY(chain, net::read_pem_file(settings.tls_certificate));
    TRY(key, net::read_pem_file(settings.tls_key));
    TRY(context, net::TlsContext::create(chain, key));
    tls = std::move(context);
  }
  LaneShared shared{.settings = settings,
                    .clock = clock,
                    .bus = *bus,
                    .projects = *book,
                    .directory = *store->directory,
                    .entitlements = *entitlements,
                    .meter = *meter,
                    .gates = gates->gates(),
                    .chance = chance,
                    .router = *router,
                    .workers = *workers,
                    .tls = tls.get(),
                    .allowed_origins = split(settings.server_allowed_origins),
                    .metrics = [this] { return metrics(); },
                    .own_route = {},
                    .probe = *probe};
  const std::string secret = auth::system_entropy().hex(64);
  const OwnRoute local = local_route({secret, clock, *billing, bundle_room->bundles, *documents, *workers});
  const OwnRoute test_clock = settings.clock_test ? test_clock_route({clock, *store->credentials, *audit, *workers, [this] {
                                                                        for (const auto& lane : lanes) lane->wake();
                                                                        do control->run_now();
                                                                        while (close->more());
                                                                      }})
                                                  : OwnRoute();
  const OwnRoute asks = local_asks_route(secret, {clock, *billing, catalogue_room->desk()}, *workers);
  const OwnRoute booking = local_payments_route({secret, clock, desk->payments(), *workers});
  shared.own_route = [local, asks, booking, test_clock](const net::Request& request, const net::Responder& responder) {
    return local(request, responder) || asks(request, responder) || booking(request, responder) || (test_clock && test_clock(request, responder));
  };
  for (std::size_t i = 0; i < shards; ++i) {
    TRY(lane, Lane::create(shared, static_cast<shard::ShardIndex>(i), i == 0 ? static_cast<std::uint16_t>(settings.server_port) : port));
    if (i == 0) port = lane->port();
    lanes.push_back(std::move(lane));
  }
  return write_local_file(settings.server_data_dir, fmt::format("{}://{}:{}", tls ? "https" : "http",
                                                                settings.server_address, port), secret);
}

std::string Server::Parts::url() const {
  if (!settings.server_public_url.empty()) return settings.server_public_url;
  return fmt::format("{}://{}:{}", tls ? "https" : "http", settings.server_address, port);
}

Result<void> Server::Parts::make_control() {
  TRY(keeper, UptimeKeeper::open({clock, *uptime_log, *probe, lanes, seconds(settings.observe_probe_seconds)}));
  uptime = std::move(keeper);
  TRY(office, PostOffice::open(settings, url(), *store->database, clock, *documents));
  post = std::move(office);
  desk->attach(*post);
  scan = std::make_unique<UsageScan>(*meter, [this](ProjectId id) {
    const auth::SnapshotRef snapshot = store->directory->snapshot();
    const auth::ProjectInfo* project = snapshot->project(id);
    return project != nullptr ? project->account : AccountId{};
  });
  watch = std::make_unique<QuotaWatch>(QuotaWatch::Ports{*billing, *accounts, *accounts, meter->reader(), gates->gates(), *scan, clock,
                                                         [this](const QuotaNotice& notice) { return post->tell(notice); }});
  cap_watch = std::make_unique<CapWatch>(
      CapWatch::Ports{*billing, *accounts, *gates, [this](const CapNotice& notice) { return post->tell(notice); }});
  forecasts = std::make_unique<ForecastWatch>(ForecastWatch::Ports{
      *billing, *accounts, [this](AccountId after, std::size_t most) { return accounts->ids_after(after, most); },
      [this](const QuotaNotice& notice) { return post->tell(notice); }});
  close = std::make_unique<CloseDuty>(
      invoice::MonthClose::Ports{*store->database, billing->history(), *accounts, meter->reader(), post.get(), measured.get(),
                                 &clock, catalogue_texts.get(), accounts.get(), post.get(), &desk->payments()},
      close_settings(settings, *meter));
  adoption = std::make_unique<Adoption>(*billing, *accounts);
  control = std::make_unique<Control>(
      clock, std::vector<Duty>{
                 {"meter", [this](Instant now) -> Result<void> {
                    const Result<void> done = meter->tick(now);
                    uptime->meter(done.ok());
                    return done;
                  }},
                 {"uptime", [this](Instant) { return uptime->round(); }},
                 {"accounts", [this](Instant) -> Result<void> {
                    (void)gates->warm(clock.steady() + kWarmEachRound);
                    return adoption->round();
                  }},
                 {"catalogues", [this](Instant now) { return catalogue_room->desk().tick(now); }},
                 {"contracts", [this](Instant now) { return gates->tick(now); }},
                 {"quota notices", [this](Instant now) { return watch->tick(now); }, [this] { return watch->more(); }},
                 {"cap notices", [this](Instant now) { return cap_watch->tick(now); }},
                 {"forecasts", [this](Instant now) { return forecasts->tick(now); }},
                 {"month close", [this](Instant now) { return close->run(now); }, [this] { return close->more(); }},
                 {"credit notes", [this](Instant now) { return documents->tell_credits(*post, now); }},
                 {"payments", [this](Instant now) { return desk->tick(now); }},
                 {"outbox", [this](Instant now) { return post->tick(now); }},
                 {"support", [this](Instant now) { return help->tick(now); }},
                 {"sessions", [this](Instant now) { return sweep_sessions(now); }},
             });
  return {};
}

Result<void> Server::Parts::sweep_sessions(Instant now) {
  if (now < swept_at + std::chrono::hours(1)) return {};
  TRY_VOID(store->credentials->sweep(now));
  swept_at = now;
  return {};
}

std::string Server::Parts::metrics() const {
  std::string text;
  const auto sum = [&](std::string_view name, std::string_view kind, std::string_view help, auto member) {
    std::uint64_t total = 0;
    for (const auto& lane : lanes) total += lane->gauges().*member;
    text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, kind, help, total);
  };
  sum("postage_connections", "gauge", "Logged-in connections.", &LaneGauges::members);
  sum("postage_channels", "gauge", "Channels in use.", &LaneGauges::channels);
  sum("postage_published_total", "counter", "Messages accepted.", &LaneGauges::published);
  sum("postage_delivered_total", "counter", "Copies queued to live connections.", &LaneGauges::delivered);
  sum("postage_slow_consumers_total", "counter", "Connections closed because they read too slowly.", &LaneGauges::slow_consumers);
  sum("postage_window_bytes", "gauge", "Bytes kept for resumes.", &LaneGauges::window_bytes);
  return text + close->metrics() + uptime->metrics() + help->metrics();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(const Settings& settings) {
  set_log_level(level_of(settings.log_level));
  auto parts = std::make_unique<Parts>(settings);
  TRY_VOID(parts->open_stores());
  TRY_VOID(parts->make_money_rooms());
  TRY_VOID(parts->make_lanes());
  TRY_VOID(parts->make_control());
  for (const auto& lane : parts->lanes) lane->start();
  parts->uptime->start();
  parts->control->start();
  log(Level::info, "listening", {{"address", settings.server_address}, {"port", parts->port},
                                 {"shards", parts->lanes.size()}, {"tls", parts->tls != nullptr}, {"run", parts->meter->run()}});
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

std::uint16_t Server::port() const { return parts_->port; }

std::string Server::url() const { return parts_->url(); }

Store& Server::store() { return *parts_->store; }
OffsetClock& Server::clock() { return parts_->clock; }

Result<void> Server::adopt_accounts() {
  TRY_VOID(parts_->billing->adopt_accounts());
  return {};
}

void Server::stop() {
  if (!parts_ || std::exchange(parts_->stopped, true)) return;
  parts_->uptime->stop();
  for (const auto& lane : parts_->lanes) lane->begin_stop(seconds(parts_->settings.server_drain_seconds));
  for (const auto& lane : parts_->lanes) lane->join();
  parts_->workers->stop();
  parts_->control->stop();
  const Instant now = parts_->clock.wall();
  if (const auto done = parts_->meter->stop(now); !done) {
    log(Level::error, "the meter did not stop in order; the next start recovers", {{"error", done.error().to_string()}});
  }
  if (const auto done = parts_->store->database->checkpoint(); !done) {
    log(Level::warn, "checkpoint", {{"error", done.error().to_string()}});
  }
}

}  // namespace postage::app
