// What few fibers have: a name, a user's pointer, values of their own.
//
// Apart from the control block, so that the many without any of it do not pay for the room.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <coir/fiber/detail/context_state.hpp>
#include <coir/fiber/detail/control.hpp>

#include "float_control.hpp"

namespace coir::detail {

struct local_value {
  std::uint64_t id = 0;  // of the fiber_local, since places are used again; 0: nothing here
  void* value = nullptr;
  void (*destroy)(void*) noexcept = nullptr;
};

struct particulars {
  std::string name;  // other threads' errors copy it: changed and copied under a lock
  void* user = nullptr;
  std::vector<local_value> locals;          // by local_key::place
  std::shared_ptr<context_state> context;   // nullptr: empty, nobody has asked for it yet
  bool has_floats = false;                  // control words of its own: what it is to begin with, or had when it left
  float_control floats;
  float_control threads_floats;             // what is in force for the thread's others, while it runs
  unsigned refusals = 0;                    // how often it swallowed the fiber_exit of its present unwinding
};

extern constinit std::mutex names_mutex;  // of every control::own and particulars::name

// Where the places of fiber-local values are given out.
[[nodiscard]] std::mutex& places_mutex() noexcept;

// Made when first asked for. Throws std::bad_alloc.
[[nodiscard]] particulars& particulars_of(control& c);

// What was chosen for a new fiber. Throws std::bad_alloc.
void fit_out_with(control& c, std::string_view name, bool own_floats);
inline void fit_out(control& c, std::string_view name, bool own_floats) {
  if (!name.empty() || own_floats) [[unlikely]]
    fit_out_with(c, name, own_floats);
}

// Gives `c` a copy of the current fiber's context, if that has any variables. Throws std::bad_alloc.
void inherit_context(control& c);

// Changes the name. Throws std::bad_alloc, and then nothing has changed.
void rename(control& c, std::string_view name);
[[nodiscard]] std::string copy_name(const control& c);

// Destroys the fiber's local values, on its stack.
void drop_locals(control& c) noexcept;

void free_particulars(control& c) noexcept;

}  // namespace coir::detail
