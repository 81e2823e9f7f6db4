// <coir/fiber.hpp> - the fiber layer: explicit switching, without a scheduler
#pragma once

#include <coir/fiber/bad_switch.hpp>
#include <coir/fiber/context.hpp>
#include <coir/fiber/context_var.hpp>
#include <coir/fiber/dump.hpp>
#include <coir/fiber/fiber.hpp>
#include <coir/fiber/fiber_exit.hpp>
#include <coir/fiber/fiber_local.hpp>
#include <coir/fiber/fiber_options.hpp>
#include <coir/fiber/generator.hpp>
#include <coir/fiber/stack_stats.hpp>
#include <coir/fiber/tracer.hpp>
#include <coir/fiber/yielder.hpp>
