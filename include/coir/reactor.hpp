// <coir/reactor.hpp> - the reactor layer: descriptors that wake fibers
#pragma once

#include <coir/reactor/busy.hpp>
#include <coir/reactor/reactor.hpp>
#include <coir/reactor/source.hpp>
