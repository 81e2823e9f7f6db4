#include "message.hpp"

#include <cstdio>
#include <cstdlib>

#include <cxxabi.h>

#include "particulars.hpp"

namespace coir::detail {
namespace {

const char* state_of(const control* c) {
  switch (c->state) {
    case fiber_state::unstarted: return "not started";
    case fiber_state::dead: return "dead";
    case fiber_state::ready:
    case fiber_state::parked: return "parked";
    case fiber_state::suspended: return "suspended";
    case fiber_state::running: break;
  }
  return "running";
}

}  // namespace

std::string describe(const control* c) {
  if (!c) return "no fiber";
  // Of another thread's fiber only what is atomic or locked may be looked at.
  const bool own = c->home.load(std::memory_order_relaxed) == this_thread.self;
  std::string text = own && c->is_thread ? "main fiber" : "fiber";
  if (const std::string name = copy_name(*c); !name.empty()) {
    text.append(" '").append(name).append("'");
  } else {
    char address[32];
    std::snprintf(address, sizeof address, " %p", static_cast<const void*>(c));
    text += address;
  }
  return text.append(" (").append(state_of(c)).append(")");
}

std::string thread_of(const control* c) {
  const owner* home = c->home.load(std::memory_order_relaxed);
  return home ? "thread " + std::to_string(home->thread_id) : "a thread that has ended";
}

const char* waits_for(const control* c) noexcept { return c->state == fiber_state::parked ? c->waits_for : "its turn to run"; }

std::string name_of(const type_tag* type) {
  if (type == discards) return "anything";
  if (*type->type == typeid(void)) return "nothing";
  int status = 0;
  char* demangled = abi::__cxa_demangle(type->type->name(), nullptr, nullptr, &status);
  std::string text = demangled ? demangled : type->type->name();
  std::free(demangled);
  return text;
}

std::string refusal(const control* from, const control* to) {
  return "switch from " + describe(from) + " to " + describe(to) + " refused: ";
}

}  // namespace coir::detail
