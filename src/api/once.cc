#include "api/once.h"

#include <utility>

namespace postage::api {
namespace {

constexpr std::size_t kWaitingMax = 16;
constexpr std::size_t kEntryOverhead = 256;

Response marked(Response response) {
  response.headers.push_back({"Idempotent-Replayed", "true"});
  return response;
}

}  // namespace

Once::Verdict Once::begin(const std::string& key, const std::string& fingerprint, const Answer& answer, Instant now) {
  Response ready;
  {
    const std::lock_guard lock(mutex_);
    make_room(now);
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      Entry& entry = entries_[key];
      entry.fingerprint = fingerprint;
      entry.at = now;
      entry.bytes = key.size() + fingerprint.size() + kEntryOverhead;
      entry.place = order_.insert(order_.end(), key);
      bytes_ += entry.bytes;
      return Verdict::go;
    }
    Entry& entry = found->second;
    if (entry.fingerprint != fingerprint) return Verdict::differs;
    if (!entry.done) {
      if (entry.waiting.size() >= kWaitingMax) return Verdict::full;
      entry.waiting.push_back(answer);
      return Verdict::answered;
    }
    ready = marked(entry.response);
  }
  answer(std::move(ready));
  return Verdict::answered;
}

void Once::finish(const std::string& key, const Response& response) {
  std::vector<Answer> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    waiting.swap(entry.waiting);
    if (response.status >= 400) {
      erase(found);
    } else {
      entry.response = response;
      entry.done = true;
      entry.bytes += response.body.size();
      bytes_ += response.body.size();
    }
  }
  for (const Answer& each : waiting) each(marked(response));
}

std::size_t Once::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Once::erase(std::map<std::string, Entry>::iterator entry) {
  bytes_ -= entry->second.bytes;
  order_.erase(entry->second.place);
  entries_.erase(entry);
}

void Once::make_room(Instant now) {
  for (auto place = order_.begin(); place != order_.end();) {
    const auto entry = entries_.find(*place++);
    const bool old = entry->second.at + bounds_.life <= now;
    const bool over = entries_.size() >= bounds_.entries_max || bytes_ > bounds_.bytes_max;
    if (!old && !over) return;
    if (entry->second.done) erase(entry);  // What still runs stays: its callers wait for it.
  }
}

}  // namespace postage::api
