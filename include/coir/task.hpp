// <coir/task.hpp> - the task layer: work beside work
#pragma once

#include <coir/base/cancelled.hpp>
#include <coir/base/unhandled.hpp>
#include <coir/task/shielded.hpp>
#include <coir/task/task.hpp>
