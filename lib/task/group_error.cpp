#include <coir/task/group_error.hpp>

#include <array>
#include <utility>

#include <coir/base/unhandled.hpp>

namespace coir {
namespace {

std::string list(const std::vector<std::exception_ptr>& errors) {
  std::string text = std::to_string(errors.size()) + " errors";
  std::array<char, 256> buffer;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    text += i == 0 ? ": " : "; ";
    text += detail::describe(errors[i], buffer.data(), buffer.size());
  }
  return text;
}

}  // namespace

group_error::group_error(std::vector<std::exception_ptr> errors)
    : std::runtime_error(list(errors)), errors_(std::move(errors)) {}
group_error::~group_error() = default;

namespace detail {

void throw_errors(std::vector<std::exception_ptr> errors) {
  if (errors.empty()) return;
  if (errors.size() == 1) std::rethrow_exception(errors.front());
  throw group_error(std::move(errors));
}

}  // namespace detail
}  // namespace coir
