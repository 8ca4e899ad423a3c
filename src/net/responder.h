#pragma once
// What the copies of one Responder share.
#include <atomic>
#include <cstdint>
#include <memory>

#include "net/mailbox.h"
#include "net/ports.h"

namespace postage::net {

class Server;

/// Carries one answer to the loop. Holds no pointer that it follows on another thread: `server` is used only by the
/// posted task, on the loop, after `alive` was looked at there. Thread: any.
struct ResponderState {
  ResponderState(std::shared_ptr<Mailbox> mailbox, std::shared_ptr<bool> alive, Server* server, std::uint64_t request)
      : mailbox_(std::move(mailbox)), alive_(std::move(alive)), server_(server), request_(request) {}
  ResponderState(const ResponderState&) = delete;
  ResponderState& operator=(const ResponderState&) = delete;
  ~ResponderState();
  void answer(Response response);

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<bool> alive_;
  Server* server_;
  std::uint64_t request_;
  std::atomic<bool> answered_{false};
};

}  // namespace postage::net
