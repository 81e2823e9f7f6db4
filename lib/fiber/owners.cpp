#include "owners.hpp"

#include <utility>
#include <vector>

#include <unistd.h>

#include "owner_call.hpp"

namespace coir::detail {
namespace {

// Guarded by owners_mutex.
constinit owner* free_owners = nullptr;
constinit owner* all_owners = nullptr;

}  // namespace

constinit std::mutex owners_mutex;

// Never freed, but used again: a foreign thread may still look at the owner of a thread that has ended.
owner* take_owner() {
  owner* o = nullptr;
  {
    const std::lock_guard lock(owners_mutex);
    o = free_owners;
    if (o) free_owners = o->next_free;
  }
  if (!o) {
    o = new owner;
    const std::lock_guard lock(owners_mutex);
    o->next = std::exchange(all_owners, o);
  }
  drop_calls(*o);
  o->thread_id = ::gettid();
  o->attention.store(COIR_ANNOTATED ? is_annotated : 0, std::memory_order_relaxed);
  o->dropped.store(nullptr, std::memory_order_release);
  return o;
}

void give_owner(owner* o) noexcept {
  o->notify.store(nullptr, std::memory_order_relaxed);
  o->thread_id = 0;
  drop_calls(*o);
  const std::lock_guard lock(owners_mutex);
  o->next_free = free_owners;
  free_owners = o;
}

void for_each_owner(const std::function<void(owner&)>& visit) {
  std::vector<owner*> in_use;
  {
    const std::lock_guard lock(owners_mutex);
    for (owner* o = all_owners; o; o = o->next)
      if (o->thread_id != 0) in_use.push_back(o);
  }
  for (owner* o : in_use) visit(*o);
}

}  // namespace coir::detail
