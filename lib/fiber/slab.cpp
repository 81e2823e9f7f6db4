#include "slab.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "stack.hpp"
#include "valgrind.hpp"

namespace coir::detail {
namespace {

#ifndef MADV_GUARD_INSTALL
constexpr int MADV_GUARD_INSTALL = 102;  // Linux 6.13, include/uapi/asm-generic/mman-common.h
#endif
#ifndef PR_SET_VMA
constexpr int PR_SET_VMA = 0x53564d41;  // Linux 5.17, include/uapi/linux/prctl.h
constexpr unsigned long PR_SET_VMA_ANON_NAME = 0;
#endif

// An emulator may accept the advice and do nothing, so its effect is tried: a system call that writes to a
// guarded page has to fail with EFAULT.
guard_kind probe() noexcept {
  const char* wanted = ::secure_getenv("COIR_STACK_GUARDS");
  if (wanted && std::strcmp(wanted, "mprotect") == 0) return guard_kind::protection;
  const std::size_t size = stack_shape::unit;
  void* page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return guard_kind::protection;
  const bool advised = ::madvise(page, size, MADV_GUARD_INSTALL) == 0;
  const bool faults = ::getrlimit(RLIMIT_CORE, static_cast<rlimit*>(page)) == -1 && errno == EFAULT;
  ::munmap(page, size);
  return advised && faults ? guard_kind::advice : guard_kind::protection;
}

}  // namespace

guard_kind guards() noexcept {
  static const guard_kind kind = probe();
  return kind;
}

bool guard_range(std::byte* at, std::size_t size) noexcept {
  if (guards() == guard_kind::advice && ::madvise(at, size, MADV_GUARD_INSTALL) == 0) return true;
  // The advice is refused on locked memory (mlockall) even where the kernel has it.
  if (::mprotect(at, size, PROT_NONE) == 0) return true;
  static std::once_flag told;
  const int error = errno;
  std::call_once(told, [] {
    std::fputs(
        "coir: no more stack guards: mprotect(2) guards need two mappings a stack and vm.max_map_count is\n"
        "      reached. Raise it by sysctl, use fewer fibers, or run on Linux 6.13 or newer.\n",
        stderr);
  });
  errno = error;
  return false;
}

std::byte* map_slab(stack_shape shape, std::size_t count) noexcept {
  const std::size_t size = shape.size();
  const std::size_t stride = stride_of(size);
  void* mapped = ::mmap(nullptr, stride * count, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* base = static_cast<std::byte*>(mapped);
  // For /proc/self/maps, and so that the kernel joins slabs with each other only. An older one refuses: harmless.
  ::prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, base, stride * count, "coir stacks");
  // A huge page under a stack would commit 2 MiB for its first byte. Kernels without THP refuse: harmless.
  ::madvise(base, stride * count, MADV_NOHUGEPAGE);
  for (std::size_t i = 0; i < count; ++i) {
    // The page between two stacks belongs to the guard of the upper one.
    if (!guard_range(base + i * stride, stride - size + shape.guard())) {
      const int error = errno;
      ::munmap(base, stride * count);
      errno = error;
      return nullptr;
    }
  }
  look_for_valgrind();
  std::byte* const first = base + (stride - size);
  for (std::size_t i = 0; i < count; ++i) register_stack({first + i * stride, shape});
  return first;
}

}  // namespace coir::detail
