// harness/go_program.hpp - a contender that is written in Go, and runs in a process of its own
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Why there is no Go here, or nothing. It is looked for when a benchmark runs, since no build needs it.
[[nodiscard]] std::optional<std::string> why_no_go();

/// Builds `bench/foreign/go/<name>`, unless that was done before, and runs it on the measured processor; what it
/// prints. Ends this process when it does not compile, or fails.
[[nodiscard]] std::string run_go(const std::string& name, const std::vector<std::string>& arguments);

/// The number named `key` in a flat JSON object.
[[nodiscard]] double number_in(const std::string& json, const std::string& key);

}  // namespace bench
