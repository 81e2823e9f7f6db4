// <coir/base/detail/intrusive_list.hpp> - a doubly linked list whose links live in its elements
//
// A waiter's node lives in the waiter's own stack frame, so queueing never allocates and a waiter that
// gives up unlinks itself in O(1).
#pragma once

namespace coir::detail {

// Base of an element. An unlinked node points at itself.
struct list_node {
  list_node* next = this;
  list_node* prev = this;

  list_node() = default;
  list_node(const list_node&) = delete;
  list_node& operator=(const list_node&) = delete;

  [[nodiscard]] bool is_linked() const noexcept { return next != this; }

  void unlink() noexcept {
    prev->next = next;
    next->prev = prev;
    next = prev = this;
  }
};

// FIFO list of T, which derives from list_node: by Node, where it has more than one. Owns nothing; empty when
// destroyed.
template <class T, class Node = list_node>
class intrusive_list {
 public:
  [[nodiscard]] bool empty() const noexcept { return !head_.is_linked(); }
  [[nodiscard]] T& front() noexcept { return element(head_.next); }

  void push_back(T& item) noexcept {
    list_node& node = static_cast<Node&>(item);
    node.prev = head_.prev;
    node.next = &head_;
    head_.prev->next = &node;
    head_.prev = &node;
  }

  // Takes all of `other`'s elements to its end.
  void append(intrusive_list& other) noexcept {
    if (other.empty()) return;
    list_node& first = *other.head_.next;
    list_node& last = *other.head_.prev;
    other.head_.next = other.head_.prev = &other.head_;
    first.prev = head_.prev;
    head_.prev->next = &first;
    last.next = &head_;
    head_.prev = &last;
  }

  T& pop_front() noexcept {
    T& item = front();
    static_cast<Node&>(item).unlink();
    return item;
  }

  // `visit` may unlink the element that it is given, and no other.
  template <class F>
  void for_each(F&& visit) {
    for (list_node* node = head_.next; node != &head_;) {
      T& item = element(node);
      node = node->next;
      visit(item);
    }
  }

 private:
  static T& element(list_node* node) noexcept { return static_cast<T&>(static_cast<Node&>(*node)); }

  list_node head_;
};

}  // namespace coir::detail
