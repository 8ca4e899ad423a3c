#pragma once
// What `postage verify` can be pointed at. Each prints its report and says whether everything holds; an error is a call
// that cannot be answered (exit code 2). Thread: the command's.
#include <string>

#include "base/result.h"

namespace postage::app {

/// A bundle. `key_file`: the meter's public key (PEM), or empty.
Result<bool> verify_bundle_file(const std::string& path, const std::string& key_file, bool json);

/// A data folder, whose server may be running.
struct FolderTarget {
  std::string folder;   ///< empty: only the journal
  std::string journal;  ///< folder with the segments
  std::string key;      ///< file with the public key
};
/// Journal and roots; and of a folder with a store: folds, invoices, books, audit log.
Result<bool> verify_folder(const FolderTarget& target, bool json);

}  // namespace postage::app
