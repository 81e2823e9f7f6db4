#include "echo/load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "harness/check.hpp"
#include "harness/clock.hpp"

namespace bench::echo {
namespace {

int connect_to(int port) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check_call(client >= 0, "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check_call(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  const int on = 1;
  check_call(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "setsockopt TCP_NODELAY");
  return client;
}

// No two messages are alike, so a reply that belongs to another client or to an earlier request is noticed.
void fill(std::array<std::byte, message_size>& message, std::uint64_t client, std::uint64_t sequence) {
  std::uint64_t word = (client << 40) + sequence;
  for (std::size_t at = 0; at < message_size; at += sizeof word) {
    std::memcpy(message.data() + at, &word, sizeof word);
    word = word * 6364136223846793005u + 1442695040888963407u;
  }
}

}  // namespace

load::load(int port, int connections)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), clients_(static_cast<std::size_t>(connections)) {
  check_call(epoll_ >= 0, "epoll_create1");
  for (client& c : clients_) {
    c.socket = connect_to(port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &c;
    check_call(epoll_ctl(epoll_, EPOLL_CTL_ADD, c.socket, &event) == 0, "epoll_ctl");
  }
}

load::~load() {
  for (const client& c : clients_) close(c.socket);
  close(epoll_);
}

histogram load::run(std::int64_t requests) {
  histogram latencies;
  std::int64_t sent = 0;
  for (client& c : clients_) {
    if (sent == requests) break;
    send_next(c, now_ns());
    ++sent;
  }
  for (std::int64_t replies = 0; replies < requests;) {
    epoll_event events[256];
    const int count = epoll_wait(epoll_, events, 256, 5000);
    check(count > 0, "a reply within 5 s");
    for (int i = 0; i < count; ++i) {
      client& c = *static_cast<client*>(events[i].data.ptr);
      if (!receive(c)) continue;
      const std::uint64_t now = now_ns();
      latencies.add(now - c.sent_at);
      ++replies;
      if (sent == requests) continue;
      send_next(c, now);
      ++sent;
    }
  }
  return latencies;
}

void load::send_next(client& c, std::uint64_t now) {
  fill(c.sent, static_cast<std::uint64_t>(&c - clients_.data()), ++c.sequence);
  c.received = 0;
  c.sent_at = now;
  check_call(send(c.socket, c.sent.data(), message_size, MSG_NOSIGNAL) == message_size, "send");
}

bool load::receive(client& c) {
  const ssize_t n = recv(c.socket, c.reply.data() + c.received, message_size - c.received, 0);
  check_call(n >= 0, "recv");
  check(n != 0, "a connection that stays open");
  c.received += static_cast<std::size_t>(n);
  if (c.received < message_size) return false;
  check(c.reply == c.sent, "the bytes that were sent");
  return true;
}

}  // namespace bench::echo
