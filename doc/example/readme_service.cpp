#include <coir/coir.hpp>

int main() {
  return coir::run([] {
    auto listener = coir::tcp_listener::bind("127.0.0.1:0");
    const auto address = listener.local_endpoint();
    coir::spawn([listener = std::move(listener)]() mutable {
      for (;;) coir::spawn([s = listener.accept()]() mutable {
        std::byte buf[1024];
        while (auto n = s.read_some(buf)) s.write_all({buf, n});
      });
    });
    auto s = coir::tcp_connect(address);
    s.write_all("blocking in looks only");
    char buf[64];
    return s.read_some(buf) == 22 ? 0 : 1;  // the tasks, still waiting, are cancelled and joined
  });
}
