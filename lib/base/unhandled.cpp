#include <coir/base/unhandled.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cxxabi.h>
#include <typeinfo>

namespace coir {
namespace {

void print_to_stderr(const unhandled_error& e) noexcept {
  char text[512];
  const std::string_view what = detail::describe(e.error, text, sizeof text);
  std::fprintf(stderr, "coir: unhandled error in %.*s%s%.*s: %.*s\n", static_cast<int>(e.origin.size()), e.origin.data(),
               e.where.empty() ? "" : ", created at ", static_cast<int>(e.where.size()), e.where.data(),
               static_cast<int>(what.size()), what.data());
}

std::atomic<unhandled_hook> hook{print_to_stderr};

}  // namespace

unhandled_hook set_unhandled_hook(unhandled_hook next) noexcept {
  return hook.exchange(next ? next : print_to_stderr, std::memory_order_acq_rel);
}

namespace detail {

void report_unhandled(const unhandled_error& e) noexcept { hook.load(std::memory_order_acquire)(e); }

std::string_view describe(const std::exception_ptr& error, char* buffer, std::size_t size) noexcept {
  int status = 0;
  char* type = nullptr;
  const char* what = nullptr;
  std::exception_ptr keep = error;
  try {
    std::rethrow_exception(keep);
  } catch (const std::exception& e) {
    type = abi::__cxa_demangle(typeid(e).name(), nullptr, nullptr, &status);
    what = e.what();
  } catch (...) {
    type = abi::__cxa_demangle(abi::__cxa_current_exception_type()->name(), nullptr, nullptr, &status);
  }
  const int n = std::snprintf(buffer, size, "%s%s%s", type ? type : "exception", what ? ": " : "", what ? what : "");
  std::free(type);
  return {buffer, n < 0 ? 0 : static_cast<std::size_t>(n) < size ? static_cast<std::size_t>(n) : size - 1};
}

}  // namespace detail
}  // namespace coir
