#include "api/message.h"

#include <algorithm>

#include "api/problem.h"

namespace postage::api {
namespace {
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const Header& each : headers) {
    if (std::ranges::equal(each.name, name, {}, lower, lower)) return each.value;
  }
  return {};
}

Answer::Answer(std::function<void(Response)> send) : state_(std::make_shared<State>()) {
  state_->send = std::move(send);
}

void Answer::operator()(Response response) const {
  if (!state_->done.exchange(true)) state_->send(std::move(response));
}

Answer::State::~State() {
  if (!done.exchange(true) && send) send(render(Problem(Errc::internal), {}));
}

}  // namespace postage::api
