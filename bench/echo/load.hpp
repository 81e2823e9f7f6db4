// echo/load.hpp - the one load generator that every echo server meets
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "echo/workload.hpp"
#include "harness/histogram.hpp"

namespace bench::echo {

/// Clients of one server, driven by one epoll loop. Each keeps one message under way and checks the reply byte by byte.
class load {
 public:
  load(int port, int connections);
  load(const load&) = delete;
  load& operator=(const load&) = delete;
  ~load();

  /// Sends `requests` messages in all, waits for the replies and returns the time from each message to its reply.
  histogram run(std::int64_t requests);

 private:
  using message = std::array<std::byte, message_size>;

  struct client {
    int socket = -1;
    std::uint64_t sent_at = 0;
    std::uint64_t sequence = 0;
    message sent;
    message reply;
    std::size_t received = 0;
  };

  void send_next(client& c, std::uint64_t now);
  bool receive(client& c);

  int epoll_;
  std::vector<client> clients_;
};

}  // namespace bench::echo
