#include "harness/go_program.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "harness/check.hpp"

namespace bench {
namespace {

namespace files = std::filesystem;

// Beside the benchmarks.
files::path folder_of_programs() { return files::read_symlink("/proc/self/exe").parent_path() / "go"; }

files::path find_go() {
  const char* path = std::getenv("PATH");
  std::string rest = path ? path : "";
  while (!rest.empty()) {
    const auto end = rest.find(':');
    const files::path candidate = files::path(rest.substr(0, end)) / "go";
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
  }
  return {};
}

std::string quoted(const std::string& word) {
  std::string in_quotes = "'";
  for (const char c : word) in_quotes += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return in_quotes + "'";
}

struct closes {
  void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

std::string output_of(const std::string& command) {
  std::unique_ptr<std::FILE, closes> pipe(::popen(command.c_str(), "re"));
  check_call(pipe != nullptr, "popen");
  std::string output;
  std::array<char, 4096> part;
  while (const std::size_t n = std::fread(part.data(), 1, part.size(), pipe.get())) output.append(part.data(), n);
  check(::pclose(pipe.release()) == 0, ("success of " + command).c_str());
  return output;
}

bool is_older(const files::path& program, const files::path& source) {
  return !files::exists(program) || files::last_write_time(program) < files::last_write_time(source);
}

}  // namespace

std::optional<std::string> why_no_go() {
  if (find_go().empty()) return "there is no 'go' on this machine";
  return std::nullopt;
}

std::string run_go(const std::string& name, const std::vector<std::string>& arguments) {
  const files::path source = files::path(BENCH_SOURCES) / "foreign" / "go" / name / "main.go";
  const files::path program = folder_of_programs() / name;
  if (is_older(program, source)) {
    files::create_directories(program.parent_path());
    // A cache of its own, for the usual one is in a home, which not everybody has.
    output_of("GOCACHE=" + quoted(folder_of_programs() / "cache") + " GO111MODULE=off " + quoted(find_go()) +
              " build -o " + quoted(program) + " " + quoted(source));
  }
  std::string command = quoted(program);
  for (const std::string& a : arguments) command += " " + quoted(a);
  // It takes the processor from this one, which is pinned.
  return output_of(command);
}

double number_in(const std::string& json, const std::string& key) {
  const auto at = json.find('"' + key + "\":");
  check(at != std::string::npos, key.c_str());
  return std::strtod(json.c_str() + at + key.size() + 3, nullptr);
}

}  // namespace bench
