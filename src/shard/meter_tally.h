#pragma once
// The real money side: admission by quota::Gate, counting by the meter's windows and connection cells.
#include <memory>

#include "meter/connections.h"
#include "meter/slots.h"
#include "meter/windows.h"
#include "quota/gate.h"
#include "shard/ports.h"

namespace postage::shard {

/// One per shard. Thread: the shard's. Everything given outlives it.
class MeterTally : public Tally {
 public:
  MeterTally(meter::ShardWindows& windows, meter::Slots& slots, meter::Connections& connections, quota::Gates& gates)
      : windows_(windows), slots_(slots), connections_(connections), gates_(gates) {}

  void begin_turn(Instant) override { windows_.begin_turn(); }
  void end_turn() override { windows_.end_turn(); }
  std::unique_ptr<ProjectTally> project(const ProjectTerms& terms) override;

 private:
  meter::ShardWindows& windows_;
  meter::Slots& slots_;
  meter::Connections& connections_;
  quota::Gates& gates_;
};

}  // namespace postage::shard
