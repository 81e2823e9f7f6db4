// Explicit fibers, suspended in a switch to their parent; taken down by dropping their handles, which unwinds them.

#include <coir/coir.hpp>

#include <cstddef>
#include <vector>

#include "harness/stack.hpp"
#include "parked/workload.hpp"

namespace {

using bench::parking::parked;

template <std::size_t StackSize>
class fibers {
 public:
  explicit fibers(std::size_t count) {
    all_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      all_.emplace_back(coir::fiber_options{.stack_size = StackSize}, [] {
        ++parked;
        coir::fiber::current().parent().switch_to();
      });
      all_.back().switch_to();
    }
  }

 private:
  std::vector<coir::fiber> all_;
};

const bench::parking::contender<fibers<bench::stack_size>> coir_default("coir", 5 * 1024);
const bench::parking::contender<fibers<64 * 1024>> coir_64k("coir_64k", 5 * 1024);

}  // namespace
