// <coir/fiber/tracer.hpp> - being told of every switch
#pragma once

#include <functional>

#include <coir/base/api.hpp>

namespace coir {

class fiber;

/// How a fiber came to run: by a value, also a body's result, or by something thrown at it, also a body's error.
enum class trace_event { switch_to, throw_to };

/// Told of a switch in the context of the fiber that is switched to, before it goes on.
///
/// The values that travel are safe from what it does: it may switch, and is told of those switches as well.
using tracer = std::function<void(trace_event, const fiber& from, const fiber& to)>;

/// Makes `fn` the calling thread's tracer; an empty one ends tracing.
///
/// It is told of explicit switches, throws, starts, ends and unwinding; not of a fiber that switches to
/// itself, nor of the turns that a scheduler gives. A tracer that throws is removed, and its error is raised
/// in the fiber that was switched to, in place of what was thrown there. Without one a switch costs nothing.
///
/// Returns:  the tracer before, empty when there was none
/// Throws:   std::bad_alloc
COIR_API tracer set_tracer(tracer fn);

/// The calling thread's tracer; empty when there is none.
[[nodiscard]] COIR_API tracer get_tracer();

}  // namespace coir
