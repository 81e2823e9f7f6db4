// The seam by Boost.Context's fcontext, whose jump_fcontext saves what the psABI asks a callee to keep,
// MXCSR and the x87 control word among it. The only part of the library that includes Boost.
#include "context.hpp"

#if !COIR_NATIVE_SWITCH

#include <boost/context/detail/fcontext.hpp>

#include "belongings.hpp"

namespace coir::detail {
namespace {

using transfer = boost::context::detail::transfer_t;
static_assert(sizeof(arrival) == sizeof(transfer));

[[noreturn]] void begin(transfer t) {
  // The first frame of a stack has no caller: unwinders and debuggers stop here.
#if defined(__x86_64__)
  asm volatile(".cfi_undefined rip");
#elif defined(__aarch64__)
  asm volatile(".cfi_undefined x30");
#endif
  this_thread.current->previous->context.sp = t.fctx;
  start_fiber(t.data);
}

}  // namespace

// Both structs are two pointers, returned in registers by every ABI that Boost.Context knows; the detour
// through void(*)() says that the cast is meant. Compilers resolve it at link time, without a constructor.
const jump_function jump =
    reinterpret_cast<jump_function>(reinterpret_cast<void (*)()>(&boost::context::detail::jump_fcontext));

void make_context(machine_context& c, std::byte* top, std::size_t size) noexcept {
  // A context begins with the control words that are in force when it is made; those of a fiber that has its own
  // are not meant.
  control* const maker = this_thread.current;
  if (has_own_floats(maker)) leave_floats(maker);
  c.sp = boost::context::detail::make_fcontext(top, size, begin);
  if (has_own_floats(maker)) enter_floats(maker);
}

}  // namespace coir::detail

#endif
