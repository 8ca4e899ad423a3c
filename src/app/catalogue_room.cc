#include "app/catalogue_room.h"

#include "base/log.h"
#include "rating/price_lint.h"

namespace postage::app {

CatalogueRoom::CatalogueRoom(const Ports& ports)
    : shelf_(ports.shelf),
      store_({ports.database, ports.audit, [this](std::string_view name) { return shelf_.fixed(name); },
              rating::check_publishable}),
      desk_({ports.billing, ports.accounts, store_, [this](const catalog::Publication& each) { shelve(each); }}) {}

void CatalogueRoom::shelve(const catalog::Publication& each) {
  auto put = shelf_.put(each.catalogue, each.text, each.state == catalog::PublicationState::withdrawn);
  if (put) return;
  log(Level::error, "a published catalogue is not on the shelf", {{"error", put.error().to_string()}});
  if (clash_) clash_ = put.error();
}

Result<std::unique_ptr<CatalogueRoom>> CatalogueRoom::open(const Ports& ports, Instant now) {
  TRY_VOID(catalog::migrate(ports.database, now));
  std::unique_ptr<CatalogueRoom> room(new CatalogueRoom(ports));
  TRY_VOID(room->desk_.open());
  if (!room->clash_) return room->clash_.error();
  return room;
}

}  // namespace postage::app
