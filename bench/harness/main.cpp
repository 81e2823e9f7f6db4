// harness/main.cpp - the main function of every benchmark program; its command line is Google Benchmark's

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string_view>

#include "harness/processors.hpp"
#include "harness/smoke.hpp"

int main(int argc, char** argv) {
  // Before it is taken off the list.
  bench::only_checks = std::find(argv, argv + argc, std::string_view("--benchmark_min_time=0")) != argv + argc;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  bench::pin_to(bench::measured_processor());
  const auto matched = benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  // Google Benchmark says so but calls it a success, and a script with a misspelt filter would go on.
  return matched == 0 ? 2 : 0;
}
