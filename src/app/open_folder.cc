#include "app/open_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/books.h"
#include "app/catalogue_room.h"
#include "app/environment.h"
#include "app/offset_clock.h"
#include "app/store.h"
#include "app/uptime.h"
#include "auth/audit.h"
#include "invoice/schema.h"
#include "meter/meter.h"
#include "observe/uptime_log.h"

namespace postage::app {

Result<bool> folder_has_server(const std::string& folder) {
  if (::access((folder + "/postage.db").c_str(), R_OK) != 0) {
    return Error(Errc::not_found, fmt::format("{} holds no Postage data", folder));
  }
  return !FolderLock::take(folder).ok();
}

Result<std::string> with_folder(const DataFolder& folder, const std::function<Result<std::string>(OpenFolder&)>& use) {
  SettingSources sources{std::nullopt, postage_environment(), {}};
  if (!folder.config.empty()) sources.file = folder.config;
  TRY(settings, load_settings(sources));
  OffsetClock clock(system_clock(), settings.clock_test);
  TRY_VOID(clock.keep_in(folder.path + "/test_clock"));
  TRY(store, open_store(folder.path, StoreUse::exclusive, 12, clock.wall()));
  TRY_VOID(invoice::migrate(*store->database, clock.wall()));
  TRY_VOID(meter::migrate_meter(*store->database, clock.wall()));
  TRY_VOID(observe::migrate(*store->database, clock.wall()));
  TRY(catalogues, Catalogues::load(settings.billing_catalogue_dir));
  meter::MeterOptions options;
  options.folder = folder.path + "/meter";
  TRY(meter, meter::Meter::open(std::move(options), *store->database, clock));
  const CatalogueTexts texts(catalogues);
  DirectoryAccounts accounts(*store->directory, clock);
  auth::AuditLog audit(*store->database);
  const observe::UptimeLog uptime_log(*store->database, "");
  const MeasuredUptime uptime(uptime_log, &clock);
  invoice::Billing billing(invoice::Billing::Ports{*store->database, accounts, texts, meter->reader(), &audit, &uptime});
  TRY(room, CatalogueRoom::open({*store->database, &audit, catalogues, billing, accounts}, clock.wall()));
  TRY(adopted, billing.adopt_accounts());
  (void)adopted;
  OpenFolder open{clock, settings, billing, room->desk(), accounts, *meter};
  auto answer = use(open);
  TRY_VOID(meter->stop(clock.wall()));
  return answer;
}

}  // namespace postage::app
