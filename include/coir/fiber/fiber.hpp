// <coir/fiber/fiber.hpp> - fibers that switch explicitly, the way Python's greenlet does
//
// Semantics: doc/design/fiber.md. Names and rules follow greenlet's documentation ("Concepts",
// "Switching between greenlets"), with typed values in place of Python's objects.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <coir/fiber/bad_switch.hpp>
#include <coir/fiber/context.hpp>
#include <coir/fiber/detail/control.hpp>
#include <coir/fiber/detail/make_body.hpp>
#include <coir/fiber/detail/packing.hpp>
#include <coir/fiber/detail/switch.hpp>
#include <coir/fiber/fiber_exit.hpp>
#include <coir/fiber/fiber_options.hpp>

namespace coir {

/// A handle to a fiber: a function with a stack of its own, which runs when somebody switches to it and
/// goes on where it left off.
///
/// For code that schedules by itself; code that waits for things takes coir::spawn and coir::task.
///
/// Owner:    handles are cheap copies; dropping the last one of a suspended fiber unwinds it with
///           fiber_exit, also while children have it as their parent
/// Threads:  a fiber runs on the thread that made it; handles may be copied and dropped anywhere
/// Example:  doc/tutorial/01-switch.cpp
class COIR_API fiber : private detail::fiber_handle {
 public:
  /// An empty handle; switching to it is an error.
  fiber() noexcept = default;

  /// A fiber that runs `body` when it is first switched to, with the switched values as its arguments.
  ///
  /// Its parent is the current fiber: whatever ends the body (a result, an exception) goes there. A
  /// callable whose parameters cannot be deduced (generic, overloaded) is called with none.
  ///
  /// Throws:   std::system_error (not enough memory) when there is no memory for a stack;
  ///           std::invalid_argument when options.stack_size is out of range
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, fiber>)
  explicit fiber(F&& body) : fiber(fiber_options{}, std::forward<F>(body)) {}
  template <class F>
  fiber(const fiber_options& options, F&& body)
      : fiber_handle{detail::make_fiber(options, std::forward<F>(body))} {}

  fiber(const fiber& other) noexcept : fiber_handle{other.control_} {
    if (control_) detail::retain(control_);
  }
  fiber(fiber&& other) noexcept : fiber_handle{std::exchange(other.control_, nullptr)} {}
  fiber& operator=(const fiber& other) noexcept { return *this = fiber(other); }
  fiber& operator=(fiber&& other) noexcept {
    // Out first, in second: releasing may run a dying fiber that looks at this handle, or owns `other`.
    if (this == &other) return *this;
    fiber before(std::move(*this));
    control_ = std::exchange(other.control_, nullptr);
    return *this;
  }
  /// Switches: may, when it is the last handle of a suspended fiber: that is unwound before this returns
  ~fiber() {
    if (control_) detail::release(control_);
  }

  /// Suspends the current fiber and runs this one, handing it `values`: none, one, or several as a tuple.
  ///
  /// `R` is what this side expects to be handed when it is switched back to; void takes anything and
  /// discards it. Values are moved out by the receiver from this side's stack; types match exactly, after
  /// decay. A dead fiber passes the switch on to its parent; switching to the current fiber returns
  /// `values` at once.
  ///
  /// Switches: always, unless it throws bad_switch
  /// Returns:  what this fiber is next switched to with
  /// Throws:   bad_switch when the fiber is empty, parked, another thread's, or expects another type;
  ///           whatever is thrown into the calling fiber meanwhile; std::system_error when there is no
  ///           memory to start the fiber
  /// Cost:     no allocation; within a third of a bare context jump
  template <class R = void, class... A>
  [[gnu::always_inline]] R switch_to(A&&... values) const {
    using sent = detail::outgoing<A...>;
    static_assert(!std::is_reference_v<R>, "a value travels by move: ask for R, not for a reference to it");
    sent out(std::forward<A>(values)...);
    return detail::receive<R>(
        detail::switch_value(control_, detail::tag_of<typename sent::type>(), out.address(), detail::expected<R>()));
  }

  /// Suspends the current fiber and raises `error` in this one, where it waits in its switch.
  ///
  /// A fiber that was not started never runs: the error goes to its parent. With no argument fiber_exit is
  /// raised, which ends a fiber without being an error; a dead fiber lets it fall through, so that killing
  /// twice is harmless.
  ///
  /// Switches: always, unless it throws bad_switch
  /// Returns:  what this fiber is next switched to with
  /// Throws:   as switch_to; std::invalid_argument for a null exception_ptr
  template <class R = void>
  R throw_to() const {
    return detail::receive<R>(detail::switch_exit(control_, detail::expected<R>()));
  }
  template <class R = void>
  R throw_to(std::exception_ptr error) const {
    return detail::receive<R>(detail::switch_throw(control_, std::move(error), detail::expected<R>()));
  }
  template <class R = void, class E>
    requires(!std::same_as<std::remove_cvref_t<E>, std::exception_ptr>)
  R throw_to(E&& error) const {
    return throw_to<R>(std::make_exception_ptr(std::forward<E>(error)));
  }

  /// The fiber that is running now; a thread's own stack is a fiber too, without a parent.
  ///
  /// The reference stays valid, and means this same fiber, as long as the fiber lives.
  [[nodiscard]] static const fiber& current() {
    detail::control* c = detail::this_thread.current;
    if (!c) [[unlikely]]
      c = detail::enter_thread();
    return from(c->self);
  }

  /// Where this fiber's end goes; empty for a thread's own fiber, a task's, and the empty handle.
  [[nodiscard]] const fiber& parent() const noexcept {
    return from(control_ ? control_->parent : detail::no_fiber);
  }

  /// Makes `parent` the fiber that this one's end goes to.
  ///
  /// Throws:   std::invalid_argument when that would close a cycle or `parent` is empty;
  ///           std::logic_error on a thread's own fiber, or when the two belong to different threads
  void set_parent(const fiber& parent) const;

  /// Whether the body has ended.
  [[nodiscard]] bool is_dead() const noexcept { return control_ && control_->state == detail::fiber_state::dead; }
  /// Whether it was started and is not dead.
  [[nodiscard]] explicit operator bool() const noexcept {
    return control_ && control_->state != detail::fiber_state::unstarted && control_->state != detail::fiber_state::dead;
  }

  /// The name given by options or set_name; empty when there is none.
  [[nodiscard]] std::string_view name() const noexcept;
  void set_name(std::string_view name) const;

  /// A pointer for whoever made the fiber; coir does not look at it. nullptr until it is set.
  ///
  /// Throws:   set_user_pointer: std::invalid_argument on an empty handle; std::bad_alloc
  [[nodiscard]] void* user_pointer() const noexcept;
  void set_user_pointer(void* p) const;

  /// The context variables that this fiber has; empty until it sets some or is given a context.
  ///
  /// Throws:   std::logic_error when it is another thread's and has not ended; std::invalid_argument on an
  ///           empty handle; std::bad_alloc
  [[nodiscard]] coir::context context() const;
  void set_context(const coir::context& c) const;

  /// Handles are equal when they mean the same fiber; `f == coir::fiber()` asks for the empty one.
  friend bool operator==(const fiber& a, const fiber& b) noexcept { return a.control_ == b.control_; }

 private:
  friend struct std::hash<fiber>;
  // A control block holds its handles as their base class; nothing but that base is ever looked at.
  static const fiber& from(const detail::fiber_handle& handle) noexcept {
    static_assert(sizeof(fiber_handle) == sizeof(detail::control*));
    return reinterpret_cast<const fiber&>(handle);
  }
  friend struct detail::fiber_access;
};

/// Unwinds every suspended fiber of the calling thread but the current one, and those that wait for an
/// unwinding to end. What a thread's end does, but while its thread_locals still live.
///
/// Switches: may
/// Returns:  how many it has unwound
COIR_API std::size_t unwind_all();

/// "fiber 'parser' (suspended)": how errors and dumps name a fiber.
[[nodiscard]] COIR_API std::string to_string(const fiber& f);

}  // namespace coir

template <>
struct std::hash<coir::fiber> {
  std::size_t operator()(const coir::fiber& f) const noexcept { return std::hash<const void*>{}(f.control_); }
};
