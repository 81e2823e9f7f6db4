// An echo server: ./echo_server [ADDRESS:PORT]. Talk to it with nc, or any number of them.
#include <cstddef>
#include <cstdio>
#include <exception>
#include <system_error>

#include <coir/coir.hpp>

void answer(coir::tcp_stream s) {
  std::byte buf[1024];  // small: a handler that waits keeps a single page of its stack
  std::error_code error;
  while (auto n = s.read_some(buf, error)) {
    s.write_all({buf, n}, error);
    if (error) break;
  }
  if (error) std::fprintf(stderr, "a client was lost: %s\n", error.message().c_str());
}

int main(int argc, char** argv) {
  try {
    return coir::run([&] {
      auto listener = coir::tcp_listener::bind(argc > 1 ? argv[1] : "127.0.0.1:8888");
      std::printf("listening at %s\n", listener.local_endpoint().to_string().c_str());
      std::fflush(stdout);
      for (;;) coir::spawn([s = listener.accept()]() mutable { answer(std::move(s)); });
      return 0;
    });
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
