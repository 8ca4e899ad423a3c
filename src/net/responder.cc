#include "net/responder.h"

#include <utility>

#include "net/server.h"

namespace postage::net {

ResponderState::~ResponderState() {
  if (!answered_) answer(Response::problem(500, "the request was not answered"));
}

void ResponderState::answer(Response response) {
  if (answered_.exchange(true)) return;
  // Boxed, so that the task fits inside its own storage.
  auto boxed = std::make_unique<Response>(std::move(response));
  mailbox_->post([alive = alive_, server = server_, request = request_, boxed = std::move(boxed)] {
    if (*alive) server->answer(request, std::move(*boxed));
  });
}

void Responder::operator()(Response response) const { state_->answer(std::move(response)); }

}  // namespace postage::net
