#pragma once
// The process's environment, as settings see it.
#include <map>
#include <string>

namespace postage::app {

/// The variables whose names begin with POSTAGE_. Thread: any, while nobody changes the environment.
std::map<std::string, std::string> postage_environment();

}  // namespace postage::app
