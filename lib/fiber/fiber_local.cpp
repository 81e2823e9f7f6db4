#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include <coir/fiber/detail/local_key.hpp>
#include <coir/fiber/detail/switch.hpp>

#include "particulars.hpp"

namespace coir::detail {
namespace {

// Places of keys that are gone. Never destroyed: keys may be static.
struct place_list {
  std::mutex mutex;
  std::vector<std::size_t> free;
  std::size_t made = 0;
};
place_list& places() {
  static auto* list = new place_list;
  return *list;
}

constinit std::atomic<std::uint64_t> ids{0};

}  // namespace

std::mutex& places_mutex() noexcept { return places().mutex; }

local_key::local_key() : id(++ids), place(0) {
  place_list& list = places();
  const std::lock_guard lock(list.mutex);
  if (list.free.empty()) {
    list.free.reserve(list.made + 1);  // so that giving a place back never allocates
    place = list.made++;
    return;
  }
  place = list.free.back();
  list.free.pop_back();
}

local_key::~local_key() {
  place_list& list = places();
  const std::lock_guard lock(list.mutex);
  list.free.push_back(place);
}

void* find_local(const local_key& key) noexcept {
  const control* self = this_thread.current;
  if (!self || !self->own || self->own->locals.size() <= key.place) return nullptr;
  const local_value& at = self->own->locals[key.place];
  return at.id == key.id ? at.value : nullptr;
}

void set_local(const local_key& key, void* value, void (*destroy)(void*) noexcept) {
  auto& locals = particulars_of(*enter_thread()).locals;
  if (locals.size() <= key.place) locals.resize(key.place + 1);
  // Out first: a destructor may ask for this very value.
  const local_value before = std::exchange(locals[key.place], value ? local_value{key.id, value, destroy} : local_value{});
  if (before.id != 0) before.destroy(before.value);
}

}  // namespace coir::detail
