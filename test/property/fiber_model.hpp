// test/property/fiber_model.hpp - what explicit fibers are to each other, in a few rules
#pragma once

#include <algorithm>
#include <deque>
#include <vector>

namespace property {

enum class state { unstarted, live, dead };
enum class kind { value, error, exit, refused };

struct arrival {
  int at = 0;
  kind what = kind::value;
  int number = 0;
  friend bool operator==(const arrival&, const arrival&) = default;
};

class model {
 public:
  struct node {
    int parent;
    state is = state::unstarted;
    int handles = 1;  // none: what others have for a parent goes on being one
  };

  model() { nodes_.push_back({-1, state::live}), present_.push_back(0); }

  node& at(int id) { return nodes_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] int size() const { return static_cast<int>(nodes_.size()); }
  [[nodiscard]] const std::vector<int>& present() const { return present_; }
  [[nodiscard]] bool descends(int id, int from) {
    while (id >= 0 && id != from) id = at(id).parent;
    return id == from;
  }
  int living(int id) {
    while (at(id).is == state::dead) id = at(id).parent;
    return id;
  }
  // Bodies that are there, and hold what they hold.
  int bodies() {
    const auto has_body = [&](int id) { return id != 0 && at(id).is != state::dead; };
    return static_cast<int>(std::ranges::count_if(present_, has_body));
  }

  int create(int parent) {
    nodes_.push_back({parent});
    present_.push_back(size() - 1);
    return size() - 1;
  }
  // `from` switches to `to`, or ends in its favour.
  void send_value(int from, int to) {
    to = living(to);
    switches += to != from;
    at(to).is = state::live;
    next = {to, kind::value, ++number};
  }
  void send_error(int from, int to) {
    to = end_unstarted(to);
    throws += to != from;
    next = {to, kind::error, ++number};
  }
  // fiber_exit for `to`, which ends by it, or catches it and goes on.
  void send_exit(int from, int to, bool is_caught) {
    next = {from, kind::refused};
    if (to == from) {
      next.what = kind::exit;
    } else if (at(to).is == state::live) {
      ++throws;
      if (is_caught || to == 0) {
        next = {to, kind::exit};
        return;
      }
      at(to).is = state::dead;
      int heir = living(to);
      // Who was not started refuses to start with no value; as an error that goes on, and ends those behind.
      if (at(heir).is == state::unstarted) heir = end_unstarted(at(heir).parent);
      ++throws;
      next.at = heir;
    } else {
      at(to).is = state::dead;
    }
  }
  // An error passes, from `id` up to one that runs, which it returns.
  int end_unstarted(int id) {
    for (id = living(id); at(id).is == state::unstarted; id = living(id)) at(id).is = state::dead;
    return id;
  }
  // The last handle goes, or all are unwound: a throw there, and an end in favour of the one who did it.
  void unwind(int id) {
    ++throws, ++switches;
    at(id).is = state::dead;
  }
  // Who has no handle and is nobody's parent is no more.
  void forget() {
    const auto is_needed = [&](int id) {
      return at(id).handles != 0 || std::ranges::any_of(present_, [&](int n) { return at(n).parent == id; });
    };
    while (std::erase_if(present_, [&](int id) { return !is_needed(id); }) != 0) continue;
  }

  arrival next;  // who goes on, with what
  int number = 0;
  int switches = 0;
  int throws = 0;

 private:
  std::deque<node> nodes_;
  std::vector<int> present_;
};

}  // namespace property
