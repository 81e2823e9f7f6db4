// <coir/sync.hpp> - the sync layer: how fibers meet
#pragma once

#include <coir/sync/wait_queue.hpp>
