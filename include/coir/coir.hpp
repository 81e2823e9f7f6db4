// <coir/coir.hpp> - everything but the testing kit
#pragma once

#include <coir/fiber.hpp>
#include <coir/io.hpp>
#include <coir/reactor.hpp>
#include <coir/run/fork_child.hpp>
#include <coir/run/loop.hpp>
#include <coir/run/run.hpp>
#include <coir/sched.hpp>
#include <coir/sync.hpp>
#include <coir/task.hpp>
