#pragma once
// The SQL of accounts and projects; only Directory calls it.
#include <vector>

#include "auth/directory.h"
#include "auth/seal.h"
#include "db/database.h"

namespace postage::auth {

/// What the store holds at one moment.
struct DirectoryRows {
  std::uint64_t version = 0;
  std::vector<AccountInfo> accounts;
  std::vector<ProjectInfo> projects;
};

/// Everything, certificates opened with `seal`.
Result<DirectoryRows> read_directory(db::Connection& connection, const Seal& seal);
/// The version counter alone.
Result<std::uint64_t> read_directory_version(db::Connection& connection);

/// Inserts or changes the row of an account.
Result<void> write_account(db::Connection& connection, const AccountInfo& account);
/// Inserts or changes a project, its limits and both certificates.
Result<void> write_project(db::Connection& connection, const ProjectInfo& project, const Seal& seal, Entropy& entropy);
/// The next free id of a table.
Result<std::int64_t> next_id(db::Connection& connection, std::string_view table);

}  // namespace postage::auth
