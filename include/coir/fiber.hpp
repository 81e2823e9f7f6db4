// <coir/fiber.hpp> - the fiber layer: explicit switching, without a scheduler
#pragma once

#include <coir/fiber/bad_switch.hpp>
#include <coir/fiber/fiber.hpp>
#include <coir/fiber/fiber_exit.hpp>
#include <coir/fiber/fiber_options.hpp>
