#pragma once
// What the kernel says about the measured process.
#include <cstdint>

namespace postage::bench {

/// CPU time of all threads of `pid`, nanoseconds, from the scheduler (/proc/PID/task/*/schedstat): exact where clock
/// ticks would be 10 ms. Loopback's receive path runs inside the sender's system call and is included.
std::uint64_t cpu_nanoseconds(int pid);
/// Resident memory of `pid`, bytes.
std::uint64_t resident_bytes(int pid);
/// Monotonic nanoseconds.
std::uint64_t now_nanoseconds();

}  // namespace postage::bench
