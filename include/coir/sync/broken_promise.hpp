// <coir/sync/broken_promise.hpp> - the error of a future whose promise went without a word
#pragma once

#include <stdexcept>

#include <coir/base/api.hpp>

namespace coir {

/// Thrown by coir::future::get when the promise was destroyed before it was set; says where it was made.
class COIR_API broken_promise : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~broken_promise() override;
};

}  // namespace coir
