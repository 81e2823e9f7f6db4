// test/support/stream_pair.hpp - both ends of one loopback connection, in one run
#pragma once

#include <string_view>

#include <coir/io.hpp>

namespace support {

struct stream_pair {
  coir::tcp_stream client;
  coir::tcp_stream server;
};

/// Switches: may
inline stream_pair connect_pair(std::string_view at = "127.0.0.1:0") {
  coir::tcp_listener listener = coir::tcp_listener::bind(at);
  coir::tcp_stream client = coir::tcp_connect(listener.local_endpoint());
  return {std::move(client), listener.accept()};
}

}  // namespace support
