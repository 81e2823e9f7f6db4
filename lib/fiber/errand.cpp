#include "errand.hpp"

#include "switch.hpp"

namespace coir::detail {

void run_on_top(control* c, const errand& e) noexcept {
  control* self = this_thread.current;
  control* const mine = self->previous;
  control* const its = c->previous;
  this_thread.sent = &e;
  this_thread.arriving = brings_errand;
  change_with_care(self, c, nullptr);
  c->previous = its;
  self->previous = mine;
}

void* run_errand() noexcept {
  control* self = this_thread.current;
  const errand* e = this_thread.sent;
  e->run(e->argument);
  return change_with_care(self, self->previous, nullptr);
}

}  // namespace coir::detail
