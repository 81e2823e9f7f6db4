// An array that cannot grow for want of memory ends the process, as the ready ring does where it has to take in those
// that wake: a fiber about to park is where others expect it already, and cannot be called back by an exception.
#include <coir/sched/detail/timer_heap.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace coir::detail {
namespace {

// A bucket that is no larger is taken as it is: a heap of that many lies in the cache next to the processor.
constexpr std::size_t small_bucket = 256;
// A heap that has grown larger, by what came later than its first one and sooner than the horizon, is spread again.
constexpr std::size_t large_heap = 1024;
// A bucket that had to be larger gives its memory back.
constexpr std::size_t kept_bucket = 4096;
// So many entries may be erased ones, besides as many as there are timers.
constexpr std::size_t tolerated = 64;

// Larger for what is later.
std::uint64_t bits(deadline d) noexcept {
  return static_cast<std::uint64_t>(d.time_since_epoch().count()) ^ std::uint64_t{1} << 63;
}

int highest_bit(std::uint64_t difference) noexcept { return std::bit_width(difference) - 1; }

constexpr std::uint64_t bit(int b) noexcept { return std::uint64_t{1} << b; }

}  // namespace

bool timer_heap::later::operator()(const entry& a, const entry& b) const noexcept {
  if (a.at != b.at) return a.at > b.at;
  return static_cast<std::int32_t>(a.order - b.order) > 0;
}

std::uint32_t timer_heap::take_slot(timer& t) noexcept {
  if (free_slots_.empty()) {
    // Room for every slot there is, so that giving one back never allocates.
    if (free_slots_.capacity() == slots_.size()) free_slots_.reserve(std::max<std::size_t>(64, 2 * slots_.size()));
    slots_.push_back(&t);
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  slots_[slot] = &t;
  return slot;
}

void timer_heap::forget(const entry& erased) noexcept {
  --erased_;
  free_slot(erased.slot);
}

void timer_heap::place(const entry& e) noexcept {
  const std::uint64_t key = bits(e.at);
  if (key <= horizon_) {
    near_.push_back(e);
    std::push_heap(near_.begin(), near_.end(), later());
    // Its frame will be needed before long.
    __builtin_prefetch(slots_[e.slot]);
    return;
  }
  const int b = highest_bit(key ^ horizon_);
  far_[static_cast<std::size_t>(b)].push_back(e);
  used_ |= bit(b);
}

void timer_heap::insert(timer& t, deadline at, lowlevel::wake_token sleeper) noexcept {
  if (near_.empty()) horizon_ = bits(at);
  t.slot = take_slot(t);
  place({at, t.slot, inserted_++});
  ++live_;
  t.at = at;
  t.sleeper = sleeper;
  t.fire = nullptr;
  t.queued = true;
  if (near_.size() > large_heap && bits(near_.front().at) != horizon_) [[unlikely]]
    spread();
}

timer& timer_heap::pop() noexcept {
  timer& t = *slots_[near_.front().slot];
  t.queued = false;
  --live_;
  free_slot(near_.front().slot);
  drop_first();
  bring_near();
  return t;
}

void timer_heap::erase(timer& t) noexcept {
  t.queued = false;
  slots_[t.slot] = nullptr;
  --live_;
  ++erased_;
  if (is_erased(near_.front()))
    bring_near();
  else if (erased_ > live_ + tolerated)
    sweep();
}

void timer_heap::drop_first() noexcept {
  std::pop_heap(near_.begin(), near_.end(), later());
  near_.pop_back();
}

// Restores what near_ promises.
void timer_heap::bring_near() noexcept {
  for (;;) {
    while (!near_.empty() && is_erased(near_.front())) {
      forget(near_.front());
      drop_first();
    }
    if (!near_.empty() || used_ == 0) return;
    const int b = std::countr_zero(used_);
    used_ &= ~bit(b);
    std::vector<entry>& first = far_[static_cast<std::size_t>(b)];
    // To the end of the bucket, which leaves those beyond where they are.
    if (first.size() <= small_bucket) horizon_ |= bit(b) | (bit(b) - 1);
    sort_out(first);
  }
}

// Puts the entries of a bucket where they belong. A large one is for the horizon itself to be moved to its first entry,
// which leaves the buckets beyond where they are, too.
void timer_heap::sort_out(std::vector<entry>& bucket) noexcept {
  std::vector<entry> entries = std::move(bucket);
  bucket.clear();
  if (entries.size() > small_bucket) {
    const auto first = std::ranges::min_element(entries, {}, &entry::at);
    horizon_ = bits(first->at);
  }
  for (const entry& e : entries)
    if (is_erased(e))
      forget(e);
    else
      place(e);
  if (entries.capacity() > kept_bucket) return;
  entries.clear();
  bucket = std::move(entries);
}

// Draws the horizon in to the first timer, since what lies before it has become too much for a heap.
void timer_heap::spread() noexcept {
  const std::uint64_t before = std::exchange(horizon_, bits(near_.front().at));
  std::vector<entry> entries = std::move(near_);
  near_.clear();
  // Buckets nearer than the old horizon is from the new one are in the one that begins at the old one's place.
  const int b = highest_bit(before ^ horizon_);
  for (int i = 0; i < b; ++i) {
    std::vector<entry>& bucket = far_[static_cast<std::size_t>(i)];
    entries.insert(entries.end(), bucket.begin(), bucket.end());
    bucket.clear();
  }
  used_ &= ~(bit(b) - 1);
  for (const entry& e : entries) place(e);
}

// Drops the entries of erased timers, wherever they are.
void timer_heap::sweep() noexcept {
  const auto drop = [this](const entry& e) {
    if (!is_erased(e)) return false;
    forget(e);
    return true;
  };
  std::erase_if(near_, drop);
  std::make_heap(near_.begin(), near_.end(), later());
  for (std::uint64_t left = used_; left != 0; left &= left - 1) {
    const int b = std::countr_zero(left);
    std::vector<entry>& bucket = far_[static_cast<std::size_t>(b)];
    std::erase_if(bucket, drop);
    if (bucket.empty()) used_ &= ~bit(b);
  }
}

void timers::insert(timer& t, deadline at, lowlevel::wake_token sleeper) noexcept {
  // Compared so, for `at` may be so early or late that a difference overflows.
  t.is_short = at <= clock::now() + long_wait;
  (t.is_short ? short_ : long_).insert(t, at, sleeper);
}

void timers::insert(timer& t, deadline at, deadline now, void (*fire)(timer&) noexcept) noexcept {
  t.is_short = at <= now + long_wait;
  (t.is_short ? short_ : long_).insert(t, at, {});
  t.fire = fire;
}

}  // namespace coir::detail
