#pragma once
// The tables of auth. app runs `database.migrate("auth", migrations(), now)` before it opens anything of this room.
#include <span>

#include "db/database.h"

namespace postage::auth {

/// All steps, oldest first.
std::span<const db::Migration> migrations();

}  // namespace postage::auth
