// harness/main.cpp - the main function of every benchmark program; its command line is Google Benchmark's

#include <benchmark/benchmark.h>

#include <cstdio>

#include "harness/processors.hpp"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  bench::pin_to(bench::measured_processor());
  const auto matched = benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  // Google Benchmark says so but calls it a success, and a script with a misspelt filter would go on.
  return matched == 0 ? 2 : 0;
}
