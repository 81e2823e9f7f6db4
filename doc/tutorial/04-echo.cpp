// A TCP echo server and its client in one program, on real sockets.
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

#include <coir/coir.hpp>

using namespace std::chrono_literals;

void serve(coir::tcp_listener& listener) {
  for (;;) {
    coir::spawn([s = listener.accept()]() mutable {
      std::printf("server: a client at %s\n", s.remote_endpoint().address().c_str());
      std::byte buf[1024];
      while (auto n = s.read_some(buf)) s.write_all({buf, n});
      std::puts("server: the client has left");
    });
  }
}

int main() {
  return coir::run([] {
    auto listener = coir::tcp_listener::bind("127.0.0.1:0");
    auto server = coir::spawn({.name = "server"}, [&] { serve(listener); });

    auto s = coir::tcp_connect(listener.local_endpoint(), 5s);
    s.write_all("Hello World!");
    char answer[64];
    const std::size_t n = s.read_some(answer);
    std::printf("client: %s\n", std::string(answer, n).c_str());
    s.shutdown_write();
    s.read_some(answer);  // 0: the server has closed its side too

    server.cancel();
    server.join();
    return 0;
  });
}
