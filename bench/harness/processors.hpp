// harness/processors.hpp - which processor a benchmark runs on
#pragma once

namespace bench {

/// The last processor this process may use. Everything that is measured runs there: the kernel puts fewer interrupts on
/// it.
int measured_processor();

/// The first processor this process may use: what only produces load runs there. Equal to the other when there is only
/// one.
int load_processor();

/// Binds the calling thread, and the threads and processes it starts later, to one processor.
void pin_to(int processor);

}  // namespace bench
