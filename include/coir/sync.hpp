// <coir/sync.hpp> - the sync layer: how fibers meet
#pragma once

#include <coir/sync/broken_promise.hpp>
#include <coir/sync/future.hpp>
#include <coir/sync/promise.hpp>
#include <coir/sync/run_in.hpp>
#include <coir/sync/wait_queue.hpp>
