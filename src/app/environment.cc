#include "app/environment.h"

#include <cstring>

extern char** environ;

namespace postage::app {

std::map<std::string, std::string> postage_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const char* equals = std::strchr(*entry, '=');
    if (equals != nullptr && std::strncmp(*entry, "POSTAGE_", 8) == 0) {
      variables[std::string(*entry, static_cast<std::size_t>(equals - *entry))] = equals + 1;
    }
  }
  return variables;
}

}  // namespace postage::app
