// test/parity/greenlet/genlet.hpp - generators on explicit fibers, the way greenlet's tests make them
//
// coir::generator is what programs use; this one holds the fibers below it to account.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include <coir/fiber.hpp>

namespace parity {

/// Runs a body that yields values by `yield`, from any depth of calls and of fibers that are no genlets.
template <class T>
class genlet {
 public:
  explicit genlet(std::function<void()> body) : fiber_(std::move(body)) { fiber_.set_user_pointer(this); }
  genlet(const genlet&) = delete;
  genlet& operator=(const genlet&) = delete;

  /// The next value; nothing at the end.
  std::optional<T> next() {
    if (fiber_.is_dead()) return std::nullopt;
    genlet* innermost = this;
    while (innermost->inner_) innermost = std::exchange(innermost->inner_, nullptr);
    if (innermost == this) fiber_.set_parent(coir::fiber::current());
    value_.reset();
    innermost->fiber_.switch_to();
    return std::exchange(value_, std::nullopt);
  }

  template <class F>
  void for_each(F&& use) {
    while (auto value = next()) use(std::move(*value));
  }

  /// Hands `value` to whoever asked the genlet that is `level` genlets out, of those that the calling fiber is in.
  static void yield(T value, int level = 1) {
    // No handle: one to itself on a fiber's stack would keep it when it is abandoned.
    const coir::fiber* f = &coir::fiber::current();
    genlet* inner = nullptr;
    for (;;) {
      while (*f != coir::fiber() && !f->user_pointer()) f = &f->parent();
      if (*f == coir::fiber()) throw std::runtime_error("yield outside of a genlet");
      auto* g = static_cast<genlet*>(f->user_pointer());
      g->inner_ = inner;
      f = &f->parent();
      if (--level == 0) {
        g->value_ = std::move(value);
        f->switch_to();
        return;
      }
      inner = g;
    }
  }

 private:
  coir::fiber fiber_;
  std::optional<T> value_;
  genlet* inner_ = nullptr;  // goes on in place of this one, which waits for it
};

}  // namespace parity
