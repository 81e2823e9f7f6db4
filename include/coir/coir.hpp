// <coir/coir.hpp> - everything but the testing kit
#pragma once

#include <coir/base/cancelled.hpp>
#include <coir/base/timed_out.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/fiber.hpp>
#include <coir/io.hpp>
#include <coir/reactor.hpp>
#include <coir/run/fork_child.hpp>
#include <coir/run/loop.hpp>
#include <coir/run/run.hpp>
#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task/any_task.hpp>
#include <coir/task/cancel_scope.hpp>
#include <coir/task/first_of.hpp>
#include <coir/task/gather.hpp>
#include <coir/task/group.hpp>
#include <coir/task/shielded.hpp>
#include <coir/task/task.hpp>
#include <coir/task/timeout.hpp>
#include <coir/task/wait.hpp>
