// test/support/blocking_call.hpp - what every call that waits has in common, so that one suite tests them all
#pragma once

#include <memory>
#include <ostream>
#include <string_view>

#include <coir/base/clock.hpp>
#include <coir/sched/scheduler.hpp>

namespace support {

/// One call with what it waits for. Made, used and destroyed inside of one run.
class blocking_call {
 public:
  blocking_call() = default;
  blocking_call(const blocking_call&) = delete;
  blocking_call& operator=(const blocking_call&) = delete;
  virtual ~blocking_call() = default;

  /// Waits. Returns whether what it waits for came before `until`, which a call without a deadline ignores.
  virtual bool call(coir::deadline until) = 0;

  /// Makes what the call waits for come.
  virtual void complete() {}
  /// The same, from a thread without a scheduler.
  virtual void complete_from_thread() {}

  /// After a call that was cancelled or timed out, and before or after complete(): an item that the first
  /// call would have taken is still there. Completes by itself when `completed` is false.
  virtual void expect_intact(bool completed) = 0;
};

/// What holds for a kind of call, and so which tests it joins.
struct call_traits {
  bool switches = true;   // always
  bool parks = true;      // without complete(), it waits
  bool completes = true;  // by complete(); false: by time alone
  bool keeps = true;      // a complete() before the call serves it
  bool has_deadline = false;
  bool from_thread = true;  // complete_from_thread() works
};

struct blocking_call_kind {
  std::string_view name;
  std::unique_ptr<blocking_call> (*make)();
  call_traits traits;

  friend void PrintTo(const blocking_call_kind& kind, std::ostream* out) { *out << kind.name; }
};

template <class Call>
blocking_call_kind kind_of(std::string_view name, call_traits traits = {}) {
  return {name, [] { return std::unique_ptr<blocking_call>(std::make_unique<Call>()); }, traits};
}

}  // namespace support
