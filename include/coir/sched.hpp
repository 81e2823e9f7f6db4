// <coir/sched.hpp> - the sched layer: run queue, timers, parking
#pragma once

#include <coir/sched/call_soon.hpp>
#include <coir/sched/pending_call.hpp>
#include <coir/sched/poller.hpp>
#include <coir/sched/scheduler.hpp>
#include <coir/sched/scheduler_ref.hpp>
#include <coir/sched/sleep.hpp>
#include <coir/sched/ticker.hpp>
#include <coir/sched/wake_token.hpp>
