#include "particulars.hpp"

#include <utility>

namespace coir::detail {

constinit std::mutex names_mutex;

particulars& particulars_of(control& c) {
  if (!c.own) {
    auto* made = new particulars;
    const std::lock_guard lock(names_mutex);
    c.own = made;
  }
  return *c.own;
}

void fit_out_with(control& c, std::string_view name, bool own_floats) {
  rename(c, name);
  if (!own_floats) return;
  particulars& own = particulars_of(c);
  own.floats = read_float_control();
  own.has_floats = true;
}

void rename(control& c, std::string_view name) {
  if (!c.own && name.empty()) return;
  std::string before(name);
  particulars& own = particulars_of(c);
  const std::lock_guard lock(names_mutex);
  own.name.swap(before);
}

std::string copy_name(const control& c) {
  const std::lock_guard lock(names_mutex);
  return c.own ? c.own->name : std::string();
}

void drop_locals(control& c) noexcept {
  particulars& own = *c.own;
  // A value's destructor may use others, and so make them anew.
  for (bool found = true; found;) {
    found = false;
    for (std::size_t i = own.locals.size(); i-- > 0;) {
      const local_value gone = std::exchange(own.locals[i], {});
      if (gone.id == 0) continue;
      found = true;
      gone.destroy(gone.value);
    }
  }
}

void free_particulars(control& c) noexcept {
  particulars* own = nullptr;
  {
    const std::lock_guard lock(names_mutex);
    own = std::exchange(c.own, nullptr);
  }
  delete own;
}

}  // namespace coir::detail
