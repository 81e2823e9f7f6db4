// <coir/fiber/detail/boost_context.hpp> - the switch by Boost.Context's jump_fcontext
#pragma once

#include <coir/base/api.hpp>
#include <coir/fiber/detail/control.hpp>

namespace coir::detail {

// What arrives with a jump: the context of whoever jumped, to be stored before it can be resumed.
struct arrival {
  void* from;
  void* value;
};

// jump_fcontext (lib/fiber/context.cpp): saves the current context and goes on at `to`. A pointer, so
// that a call goes straight to the backend: a wrapper would cost a return, a PLT entry two jumps.
using jump_function = arrival (*)(void* to, void* value) noexcept;
extern COIR_API const jump_function jump;

// Saves the running context of `from` and goes on with that of `to`. Returns when somebody goes on with
// `from`, with the value that came along; from->previous is who that was.
[[gnu::always_inline]] inline void* cross(control* from, control* to, void* value) noexcept {
  const arrival a = jump(to->context, value);
  from->previous->context = a.from;
  return a.value;
}

}  // namespace coir::detail
