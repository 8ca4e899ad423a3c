#pragma once
// The tables of auth. app runs `database.migrate("auth", auth_migrations(), now)` before it opens anything of this room.
#include <span>

#include "db/database.h"

namespace postage::auth {

/// All steps, oldest first.
std::span<const db::Migration> auth_migrations();

}  // namespace postage::auth
