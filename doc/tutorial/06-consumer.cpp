// A producer and a consumer take turns: each item that is sent comes back answered.
#include <cstdio>
#include <string>

#include <coir/fiber.hpp>

coir::generator<std::string, int> consume() {
  return [](auto& y) {
    struct shop {
      ~shop() { std::puts("consumer: closed"); }
    } const until_closed;
    for (std::string answer;; answer = "200 OK") std::printf("consumer: item %d\n", y(answer));
  };
}

void produce(coir::generator<std::string, int>& consumer) {
  consumer.next();  // up to its first yield, which waits for an item
  for (int n = 1; n <= 5; ++n) {
    std::printf("producer: item %d\n", n);
    std::printf("producer: answer %s\n", consumer.send(n)->c_str());
  }
  consumer.close();
}

int main() {
  auto consumer = consume();
  produce(consumer);
  std::puts("producer: done");
}
