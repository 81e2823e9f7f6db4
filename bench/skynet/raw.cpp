// The limit: every child is a context on a stack from a free list, entered and left by the inlined switch.

#include "rival/raw/context.hpp"

#include <new>

#include "harness/contender.hpp"
#include "harness/stack.hpp"
#include "skynet/workload.hpp"

namespace {

using namespace bench::raw;
using namespace bench::skynet;

// Lives at the top of its own stack.
struct fiber {
  context saved;
  context spawner;
  fiber* next_free = nullptr;
  part work;
  number result = 0;
};

fiber* free_fibers = nullptr;

number sum_of(part all);

void enter(void* self) {
  auto& f = *static_cast<fiber*>(self);
  f.result = sum_of(f.work);
  switch_context(f.saved, f.spawner, nullptr);
  __builtin_unreachable();
}

number spawn_and_join(part work) {
  fiber* f = free_fibers;
  free_fibers = f->next_free;
  f->saved = make_context(f, enter);
  f->work = work;
  switch_context(f->spawner, f->saved, f);
  f->next_free = free_fibers;
  free_fibers = f;
  return f->result;
}

number sum_of(part all) {
  if (all.is_leaf()) return all.first;
  number sum = 0;
  for (int i = 0; i < fan_out; ++i) sum += spawn_and_join(all.child(i));
  return sum;
}

void run(benchmark::State& state) {
  constexpr int deepest =
      6;  // a million is ten to the sixth, and one of each level is alive at a time, for nobody waits
  const bench::stack_slab stacks(deepest);
  free_fibers = nullptr;
  for (int i = 0; i < deepest; ++i) {
    auto* f = new (stacks.top(i) - sizeof(fiber)) fiber;
    f->next_free = free_fibers;
    free_fibers = f;
  }
  measure(state, "raw", 0, sum_of);
}

const bench::contender raw("skynet/raw", run);

}  // namespace
