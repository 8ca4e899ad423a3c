#pragma once
// The engine's rules for names, for the doors that may not look into the engine.
#include "engine/channel/names.h"

namespace postage::shard {

using engine::check_channel_name;
using engine::check_custom_type;
using engine::check_user_id;
using engine::strict_channel_name;

}  // namespace postage::shard
