#include "context.hpp"

#include <coir/fiber/detail/switch.hpp>

namespace coir::detail {

static_assert(sizeof(arrival) == sizeof(boost::context::detail::transfer_t));

// Both structs are two pointers, returned in registers by every ABI that Boost.Context knows; the detour
// through void(*)() says that the cast is meant. Compilers resolve it at link time, without a constructor.
const jump_function jump =
    reinterpret_cast<jump_function>(reinterpret_cast<void (*)()>(&boost::context::detail::jump_fcontext));

}  // namespace coir::detail
