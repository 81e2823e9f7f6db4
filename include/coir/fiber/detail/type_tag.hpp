// <coir/fiber/detail/type_tag.hpp> - the type of a value in flight, as one pointer
//
// Tags compare by address first: one type has one tag per linked object. Hidden visibility gives each
// shared object tags of its own, so different addresses fall back to the type_info.
#pragma once

#include <typeinfo>

namespace coir::detail {

struct type_tag {
  const std::type_info* type;
};

template <class T>
inline constexpr type_tag tag_storage{&typeid(T)};

template <class T>
[[nodiscard]] constexpr const type_tag* tag_of() noexcept {
  return &tag_storage<T>;
}

// As a receiver's expectation: takes anything and throws it away.
inline constexpr const type_tag* discards = nullptr;

[[nodiscard]] inline bool accepts(const type_tag* expected, const type_tag* sent) noexcept {
  return expected == sent || expected == discards || *expected->type == *sent->type;
}

}  // namespace coir::detail
