#include "harness/memory.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "harness/check.hpp"

namespace bench {
namespace {

struct closes {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using file = std::unique_ptr<std::FILE, closes>;

file open(const char* path, const char* mode = "re") {
  file f(std::fopen(path, mode));
  check_call(f != nullptr, path);
  return f;
}

// Of a file of lines such as "VmRSS:     1234 kB", in bytes.
std::size_t field(const char* path, const char* name) {
  const file f = open(path);
  char line[256];
  while (std::fgets(line, sizeof line, f.get())) {
    std::size_t kib = 0;
    if (std::strncmp(line, name, std::strlen(name)) == 0 && std::sscanf(line + std::strlen(name), ": %zu", &kib) == 1)
      return kib * 1024;
  }
  check(false, name);
  return 0;
}

}  // namespace

footprint footprint_now() {
  // Not VmRSS of status: that is a counter per processor, of which the last 32 pages may be missing.
  return {field("/proc/self/smaps_rollup", "Rss"), field("/proc/self/status", "VmPTE")};
}

void forget_peak() {
  const file f = open("/proc/self/clear_refs", "we");
  // 5 resets VmHWM, as proc(5) says.
  check_call(std::fputs("5", f.get()) >= 0 && std::fflush(f.get()) == 0, "/proc/self/clear_refs");
}

std::size_t peak_resident() { return field("/proc/self/status", "VmHWM"); }

std::size_t count_mappings() {
  const file f = open("/proc/self/maps");
  std::size_t lines = 0;
  for (int c; (c = std::fgetc(f.get())) != EOF;) lines += c == '\n';
  return lines;
}

std::size_t available_memory() { return field("/proc/meminfo", "MemAvailable"); }

void touch_in_advance(std::size_t bytes) {
  const pid_t child = fork();
  check_call(child >= 0, "fork");
  if (child == 0) {
    constexpr std::size_t page = 4096;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED)
      for (std::size_t at = 0; at < bytes; at += page) static_cast<volatile char*>(memory)[at] = 1;
    _exit(0);
  }
  int status = 0;
  check_call(waitpid(child, &status, 0) == child, "waitpid");
}

}  // namespace bench
