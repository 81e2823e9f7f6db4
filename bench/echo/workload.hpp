// echo/workload.hpp - what the servers and the load generator have agreed on
//
// A client sends 64 bytes, the server sends them back. One request is under way on each connection at any time.
#pragma once

#include <cstddef>

namespace bench::echo {

constexpr std::size_t message_size = 64;

/// What a server reads into: larger than a message, so that a short read tells it that the socket is empty.
constexpr std::size_t buffer_size = 1024;

}  // namespace bench::echo
