// <coir/testing.hpp> - what tests of programs on coir are written with
#pragma once

#include <coir/testing/run.hpp>
#include <coir/testing/virtual_clock.hpp>
#include <coir/testing/virtual_poller.hpp>
