// <coir/testing.hpp> - what tests of programs on coir are written with
#pragma once

#include <coir/testing/expect_switch.hpp>
#include <coir/testing/run.hpp>
#include <coir/testing/sequencer.hpp>
#include <coir/testing/until_all_parked.hpp>
#include <coir/testing/virtual_clock.hpp>
#include <coir/testing/virtual_poller.hpp>
