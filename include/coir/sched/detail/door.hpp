// <coir/sched/detail/door.hpp> - the way into a scheduler from any thread, which stays when that has gone
#pragma once

#include <mutex>

#include <coir/base/api.hpp>
#include <coir/sched/detail/call.hpp>

namespace coir::lowlevel {
class scheduler;
}

namespace coir::detail {

struct COIR_API door {
  explicit door(lowlevel::scheduler& behind) noexcept : scheduler(&behind) {}

  // Has `c` called in the next turn. Returns false when the run has ended, and leaves `c` to the caller.
  [[nodiscard]] bool post(call_ref& c) noexcept;
  void close() noexcept;

  // Held while something is handed in, for then the scheduler has to be there. An inbox's is taken inside.
  std::mutex mutex;
  lowlevel::scheduler* scheduler;  // guarded by mutex; nullptr: the run has ended
};

}  // namespace coir::detail
