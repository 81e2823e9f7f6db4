// <coir/fiber/detail/control.hpp> - the control block of a fiber, and what a thread knows of its fibers
//
// Blocks live in a dense pool whose memory is never returned to the system (lib/fiber/control_pool.cpp):
// a kept handle pins 128 bytes and no stack, the hot lines of ready fibers lie close together, a tool
// finds every fiber of the process, and a stale pointer always points at some control block.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>

#include <coir/base/api.hpp>
#include <coir/base/detail/relaxed.hpp>
#include <coir/fiber/detail/machine_context.hpp>
#include <coir/fiber/detail/sanitizer.hpp>
#include <coir/fiber/detail/type_tag.hpp>

namespace coir {
class fiber;
}

namespace coir::detail {

struct control;
struct owner_call;
struct particulars;

// What a coir::fiber consists of; a control block holds its own and its parent's.
struct fiber_handle {
  control* control_ = nullptr;
};
inline constexpr fiber_handle no_fiber;

// What other threads may know of a thread that runs fibers. Pooled and never freed.
struct owner {
  // Head of a stack of control blocks whose handles were dropped on foreign threads, linked by
  // control::next. nullptr: none. closed_list(): the thread has ended; whoever drops frees the block.
  std::atomic<control*> dropped{nullptr};
  // 0: the fast path of a switch is free. Else a set of attention bits.
  std::atomic<std::uint32_t> attention{0};
  // Called on the dropping thread after a push onto `dropped`; nullptr: nobody waits for that.
  std::atomic<void (*)(void*) noexcept> notify{nullptr};
  std::atomic<void*> notify_argument{nullptr};
  // Head of a stack of what other threads have asked this one to run; nullptr: nothing.
  std::atomic<owner_call*> calls{nullptr};
  relaxed<int> thread_id = 0;  // gettid(2) of the thread; 0: it has ended
  owner* next_free = nullptr;
  owner* next = nullptr;       // in the list of all there ever were
};

// owner::attention bits.
inline constexpr std::uint32_t has_dropped = 1;  // `dropped` is to be looked at
inline constexpr std::uint32_t has_orphan = 2;   // the current fiber lost its last handle
inline constexpr std::uint32_t is_annotated = 4; // a sanitizer must be told of every switch; never cleared
inline constexpr std::uint32_t is_traced = 8;    // the tracer must be told of every explicit switch
inline constexpr std::uint32_t has_call = 16;    // `calls` is to be looked at
inline constexpr std::uint32_t is_killing = 32;  // a fiber is being unwound: it must not get away

enum class fiber_state : std::uint8_t {
  //            start             body ended
  // unstarted -------> running ------------> dead      a throw into it: unstarted -> dead
  //                 switch |  ^ switch
  //                        v  |
  //                     suspended
  //
  // Of a scheduler's, which nobody else may switch to:
  //            park          woken          its turn
  //    running ----> parked -------> ready ----------> running
  unstarted,
  running,    // current, or about to be
  suspended,  // in a switch: its thread may switch to it
  ready,      // waits for its turn
  parked,     // waits for control::waits_for
  dead,
};

// A fiber's body with everything that must outlive its run: the callable, then the result.
struct body {
  struct ops {
    // Runs the callable with the packed arguments at `arguments`; an exception is the fiber's error.
    // Returns the result's tag, and its address through `result`.
    const type_tag* (*run)(body& self, void* arguments, void*& result);
    // Destroys the callable or the result, whichever is left. Called once, not on the fiber's stack.
    void (*destroy)(body& self) noexcept;
    // Of a scheduled fiber, else nullptr and its parent receives the end: takes note that the body has
    // ended, by `error` if not null, and says who runs next, started and not the fiber itself.
    control* (*successor)(body& self, std::exception_ptr&& error) noexcept;
    // Of a scheduled fiber: it never ran, for there was no stack for it. Ends the body's life.
    void (*refused)(body& self, std::exception_ptr&& error) noexcept;
    const type_tag* parameters;
  };
  const ops* operations;
};

// The size of a stack and what follows from it, in one word, so that a stack that fits is found by one comparison.
class [[gnu::packed, gnu::aligned(4)]] stack_shape {
 public:
  static constexpr std::size_t unit = 4096;
  static constexpr std::size_t granule = 16 * 1024;
  static constexpr std::size_t largest = std::size_t{1} << 30;
  static constexpr std::size_t largest_guard = 64 * 1024;

  constexpr stack_shape() noexcept = default;  // of size 0, which no stack has
  // Rounds up to a granule; what is too large keeps being too large.
  constexpr explicit stack_shape(std::size_t bytes) noexcept {
    const std::size_t wanted = bytes > largest ? largest + 1 : bytes;
    const auto units = static_cast<std::uint32_t>((wanted + granule - 1) / granule * (granule / unit));
    constexpr std::uint32_t most = largest_guard / unit;
    word_ = units | (units / 4 < most ? units / 4 : most) << 24;
  }

  [[nodiscard]] constexpr std::size_t size() const noexcept { return (word_ & 0xffffff) * unit; }
  // The lowest bytes of it, which fault.
  [[nodiscard]] constexpr std::size_t guard() const noexcept { return (word_ >> 24) * unit; }

  friend constexpr bool operator==(stack_shape, stack_shape) noexcept = default;

 private:
  std::uint32_t word_ = 0;  // units | guard's units << 24
};

// A stack out of the pool: [base, base + size) is reserved, the lowest `guard` bytes of it fault.
// 12 bytes, so that a control block keeps to two cache lines.
struct [[gnu::packed, gnu::aligned(4)]] stack_ref {
  std::byte* base = nullptr;  // nullptr: no stack (yet)
  stack_shape shape;          // of the one that is wanted, as long as there is none

  [[nodiscard]] std::size_t size() const noexcept { return shape.size(); }
  [[nodiscard]] std::size_t guard() const noexcept { return shape.guard(); }
  [[nodiscard]] std::byte* top() const noexcept { return base + size(); }
};

struct control {
  // What every switch touches: one cache line.
  machine_context context;             // of one that has started and does not run
  std::atomic<owner*> home{nullptr};   // the thread it belongs to; nullptr: that thread has ended, or free
  union {
    const type_tag* expects = discards;  // suspended: what it wants to be handed; unstarted: its parameters
    const char* waits_for;               // parked: for what, static text
  };
  control* previous = nullptr;         // who switched to it last
  relaxed<fiber_state> state = fiber_state::unstarted;
  bool unwinding = false;              // suspended by a destructor that an exception runs: none more may be raised
  bool is_thread : 1 = false;          // runs on a thread's own stack
  bool orphan : 1 = false;             // lost its last handle while it was current
  bool being_killed : 1 = false;       // unwinding by fiber_exit since its last handle was dropped
  bool must_end : 1 = false;           //   whether or not handles refer to it: its thread ends
  bool kills : 1 = false;              // waits in kill() for another one to unwind
  bool borrows : 1 = false;            // has its parent's context: a generator, whose parent is its stepper
  std::uint8_t wake : 2 = 0;           // how its last wait ended, for the scheduler
  bool is_measured = false;            // its stack's depth counts, for coir::measure_stacks
  std::uint32_t epoch = 0;             // counts its waits, for the scheduler; goes on when the block is reused

  // What the rest of its life needs.
  fiber_handle parent;                  // not a handle, or a child on its parent's stack would keep both alive
  fiber_handle self{this};              // not counted: what fiber::current() refers to
  std::uint32_t children = 0;           // blocks whose parent this is: they pin the block, not the fiber's life
  // Handle count, biased to the owner's thread: total = local + shared / shared_one.
  std::uint32_t local = 0;
  std::atomic<std::int32_t> shared{0};  // count * shared_one | shared_merged: local is 0 | shared_queued
  stack_ref stack;
  body* work = nullptr;
  control* next = nullptr;              // link of the one list it is on: free, owner::dropped
  particulars* own = nullptr;           // name, locals, context; nullptr: none of them was ever set
#if COIR_ANNOTATED
  void* annotation = nullptr;           // last, for only the library looks: ASan's fake stack, TSan's fiber
#endif
};

// Whether it waits for its turn or for something else, and its scheduler alone may switch to it.
[[nodiscard]] inline bool is_scheduled(const control* c) noexcept {
  return c->state == fiber_state::ready || c->state == fiber_state::parked;
}

#if !COIR_ANNOTATED
static_assert(sizeof(control) == 128, "a kept handle pins this much");
#endif

inline constexpr std::int32_t shared_merged = 1;
inline constexpr std::int32_t shared_queued = 2;
inline constexpr std::int32_t shared_one = 4;

// Mirror of __cxa_eh_globals (Itanium C++ ABI 2.2.2).
struct exception_globals {
  void* caught;
  unsigned int uncaught;
};
// Nobody's: for thread_state::watched to point at.
inline constexpr exception_globals special_fiber{nullptr, 1};

// What is to be done on a suspended fiber's stack, without resuming it; see run_on_top.
struct errand {
  void (*run)(void* argument) noexcept;
  void* argument;
};

struct thread_state {
  owner* self;                   // &nobody until the thread first uses a fiber
  control* current;              // nullptr until then
  exception_globals* exceptions;
  // What a switch looks at before it leaves: the same, or &special_fiber, when the current fiber has something
  // else that must be put away.
  const exception_globals* watched;
  // Set by whoever switches here, looked at and cleared by whoever arrives.
  std::uint32_t arriving;        // what came along besides a value; 0: nothing
  std::exception_ptr* thrown;    // brings_error: lives on the sender's stack
  control* finished;             // brings_end: its result is to be taken, then it is recycled
  const errand* sent;            // brings_errand: lives on the sender's stack
};

// thread_state::arriving bits.
inline constexpr std::uint32_t brings_error = 1;   // something to be raised
inline constexpr std::uint32_t brings_end = 2;     // the sender has ended
inline constexpr std::uint32_t brings_errand = 4;  // something to be run here; then back to the sender
inline constexpr std::uint32_t brings_trace = 8;   // the thread's tracer is to be told

extern COIR_API owner nobody;

// A program whose headers took another backend than the library does not link: the name tells.
#if COIR_NATIVE_SWITCH
inline namespace switch_native {
#else
inline namespace switch_boost {
#endif
// initial-exec: a switch must not call __tls_get_addr in a shared build. constinit: no wrapper.
extern COIR_API constinit thread_local thread_state this_thread [[gnu::tls_model("initial-exec")]];
}

// What is left to do once the value of a switch was taken. One word, for it comes back in a register.
class aftermath {
 public:
  aftermath() = default;
  aftermath(control* finished, bool traced) noexcept
      : bits_(reinterpret_cast<std::uintptr_t>(finished) | (traced ? 1U : 0U)) {}
  explicit operator bool() const noexcept { return bits_ != 0; }
  // Ended by the switch, to be recycled; nullptr: nobody.
  [[nodiscard]] control* finished() const noexcept { return reinterpret_cast<control*>(bits_ & ~std::uintptr_t{1}); }
  // The tracer is to be told, before the finished one is recycled.
  [[nodiscard]] bool is_traced() const noexcept { return bits_ & 1; }

 private:
  std::uintptr_t bits_ = 0;
};

// What a switch brings back.
struct incoming {
  void* value;
  aftermath rest;
};

// On arrival with something besides a value: runs errands, raises what was thrown at the current fiber,
// and says what is left to do after the value.
COIR_API incoming settle_with_care(void* value);

COIR_API void retain_slowly(control* c) noexcept;
COIR_API void release_slowly(control* c) noexcept;
COIR_API void recycle(control* finished) noexcept;

// Tells the thread's tracer that the current fiber was switched to. What it throws is raised here.
COIR_API void tell_tracer(aftermath rest);

struct recycle_guard {
  control* finished;  // nullptr: nobody
  ~recycle_guard() {
    if (finished) recycle(finished);
  }
};

inline void retain(control* c) noexcept {
  if (c->home.load(std::memory_order_relaxed) == this_thread.self && c->local != 0) [[likely]]
    ++c->local;
  else
    retain_slowly(c);
}

inline void release(control* c) noexcept {
  if (c->home.load(std::memory_order_relaxed) == this_thread.self && c->local > 1) [[likely]]
    --c->local;
  else
    release_slowly(c);
}

}  // namespace coir::detail
