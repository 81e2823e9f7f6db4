// <coir/sched/detail/delayed_call.hpp> - a function that a scheduler is to call when its time has come
#pragma once

#include <coir/sched/detail/call.hpp>
#include <coir/sched/detail/timer_heap.hpp>

namespace coir::detail {

struct delayed_call : call, timer {
  using call::call;
};

}  // namespace coir::detail
