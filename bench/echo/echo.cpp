// echo/echo.cpp - drives the echo servers, each in a process of its own

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>

#include "echo/load.hpp"
#include "echo/server_process.hpp"
#include "harness/clock.hpp"
#include "harness/contender.hpp"
#include "harness/processors.hpp"

namespace {

using namespace bench::echo;

// Google Benchmark calls a benchmark several times to find out how often to run it: the same server takes them all, and
// the earlier calls warm it up. Another contender ends it, so no two servers run at once.
server_process& server_of(const std::string& contender) {
  static std::string running;
  static std::unique_ptr<server_process> server;
  if (running != contender) {
    server.reset();
    server = std::make_unique<server_process>("echo_server_" + contender);
    running = contender;
  }
  return *server;
}

void run(benchmark::State& state, const std::string& contender, int connections) {
  bench::pin_to(bench::load_processor());
  const server_process& server = server_of(contender);
  load clients(server.port(), connections);
  clients.run(50 * connections);

  const double cpu_before = server.cpu_seconds();
  const std::uint64_t began = bench::now_ns();
  bench::histogram latencies;
  while (state.KeepRunningBatch(state.max_iterations)) latencies = clients.run(state.max_iterations);
  const double seconds = 1e-9 * static_cast<double>(bench::now_ns() - began);
  const double cpu = server.cpu_seconds() - cpu_before;

  const auto requests = static_cast<double>(latencies.count());
  state.counters["requests_per_second"] = requests / seconds;
  state.counters["p50_us"] = 1e-3 * latencies.quantile(0.5);
  state.counters["p99_us"] = 1e-3 * latencies.quantile(0.99);
  state.counters["p999_us"] = 1e-3 * latencies.quantile(0.999);
  state.counters["cpu_us_each"] = 1e6 * cpu / requests;
}

// The build says which servers there are.
const bool registered = [] {
  std::istringstream contenders(BENCH_ECHO_SERVERS);
  for (std::string name; contenders >> name;)
    for (const int connections : {1, 64})
      bench::contender("echo/" + std::to_string(connections) + "/" + name,
                       [=](benchmark::State& state) { run(state, name, connections); });
  return true;
}();

}  // namespace
