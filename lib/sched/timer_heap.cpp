#include <coir/sched/detail/timer_heap.hpp>

#include <utility>

namespace coir::detail {
namespace {

bool before(const timer& a, const timer& b) noexcept { return a.at != b.at ? a.at < b.at : a.order < b.order; }

}  // namespace

timer* timer_heap::meld(timer* a, timer* b) noexcept {
  if (!a) return b;
  if (!b) return a;
  if (before(*b, *a)) std::swap(a, b);
  b->back = a;
  b->sibling = a->child;
  if (a->child) a->child->back = b;
  a->child = b;
  return a;
}

// The two passes of the pairing heap, without recursion: a heap of a million may be one long list.
timer* timer_heap::combine(timer* first) noexcept {
  timer* pairs = nullptr;  // linked by sibling, last pair first
  while (first) {
    timer* a = first;
    timer* b = a->sibling;
    first = b ? b->sibling : nullptr;
    a->sibling = a->back = nullptr;
    if (b) b->sibling = b->back = nullptr;
    timer* pair = meld(a, b);
    pair->sibling = pairs;
    pairs = pair;
  }
  timer* root = nullptr;
  while (pairs) {
    timer* next = std::exchange(pairs->sibling, nullptr);
    root = meld(root, pairs);
    pairs = next;
  }
  return root;
}

void timer_heap::insert(timer& t, deadline at, lowlevel::wake_token sleeper, scope* expires) noexcept {
  t.expires = expires;
  t.at = at;
  t.sleeper = sleeper;
  t.order = inserted_++;
  t.child = t.sibling = t.back = nullptr;
  t.queued = true;
  root_ = meld(root_, &t);
}

timer& timer_heap::pop() noexcept {
  timer& t = *root_;
  root_ = combine(t.child);
  t.child = nullptr;
  t.queued = false;
  return t;
}

void timer_heap::erase(timer& t) noexcept {
  if (&t == root_) {
    pop();
    return;
  }
  if (t.back->child == &t)
    t.back->child = t.sibling;
  else
    t.back->sibling = t.sibling;
  if (t.sibling) t.sibling->back = t.back;
  root_ = meld(root_, combine(t.child));
  t.child = t.sibling = t.back = nullptr;
  t.queued = false;
}

}  // namespace coir::detail
