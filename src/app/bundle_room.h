#pragma once
// The maker of bundles with what it needs from a data folder: the meter's key and its journal.
#include <memory>
#include <string>

#include "invoice/bundle/bundle_credits.h"
#include "invoice/bundle/bundles.h"
#include "meter/seal_key.h"

namespace postage::app {

/// Stays where it is made: `bundles` refers to `key`. Thread: any.
struct BundleRoom {
  meter::SealKey key;
  invoice::Bundles bundles;

  /// `folder` is the data folder, whose meter was opened before. `billing` outlives this. Errors: store_failed,
  /// corrupt_record.
  static Result<std::unique_ptr<BundleRoom>> open(const std::string& folder, const invoice::Billing& billing) {
    TRY(pair, meter::SealKey::open_or_make(folder + "/meter"));
    return std::unique_ptr<BundleRoom>(new BundleRoom(std::move(pair), folder, billing));
  }
  BundleRoom(const BundleRoom&) = delete;
  BundleRoom& operator=(const BundleRoom&) = delete;

 private:
  BundleRoom(meter::SealKey pair, const std::string& folder, const invoice::Billing& billing)
      : key(std::move(pair)), bundles({billing, folder + "/meter/journal", key, {invoice::credit_notes_of(billing.database())}}) {}
};

}  // namespace postage::app
