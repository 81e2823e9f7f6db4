// test/support/io_calls.hpp - the blocking calls of io
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include <coir/io.hpp>

#include "blocking_call.hpp"
#include "payload.hpp"
#include "raw_socket.hpp"

namespace support {

class read_some_call final : public blocking_call {
 public:
  bool call(coir::deadline) override { return read_piece(connection_.stream) == "x"; }
  void complete() override { connection_.peer.send("x"); }
  void complete_from_thread() override { complete(); }
  void expect_intact(bool completed) override {
    if (!completed) complete();
    EXPECT_EQ(read_piece(connection_.stream), "x");
  }

 private:
  connection connection_;
};

/// Waits because the peer does not read; completed by a thread that reads to the end.
class write_all_call final : public blocking_call {
 public:
  ~write_all_call() override {
    connection_.stream.close();
    if (reader_.joinable()) reader_.join();
  }
  bool call(coir::deadline) override { return connection_.stream.write_all(sent_) == sent_.size(); }
  void complete() override {
    reader_ = std::thread([this] { received_ = connection_.peer.receive_all(); });
  }
  void complete_from_thread() override { complete(); }
  void expect_intact(bool completed) override {
    if (!completed) complete();
    connection_.stream.write_all("|end");
    connection_.stream.shutdown_write();
    reader_.join();
    std::string_view body = received_;
    ASSERT_TRUE(body.ends_with("|end"));
    body.remove_suffix(4);
    EXPECT_TRUE(sent_.starts_with(body)) << "the part that was sent is no beginning of the whole";
  }

 private:
  connection connection_ = connection::narrow();
  std::string sent_ = payload(4 << 20);
  std::string received_;
  std::thread reader_;
};

class accept_call final : public blocking_call {
 public:
  bool call(coir::deadline) override { return listener_.accept().is_open(); }
  void complete() override { client_ = raw_socket::connect(at_); }
  void complete_from_thread() override { complete(); }
  void expect_intact(bool completed) override {
    if (!completed) complete();
    EXPECT_EQ(listener_.accept().remote_endpoint(), client_.local_endpoint());
  }

 private:
  coir::tcp_listener listener_ = coir::tcp_listener::bind("127.0.0.1:0");
  coir::endpoint at_ = listener_.local_endpoint();
  raw_socket client_;
};

/// Waits because the listener's queue is full. Once there is room the system tries again after a second.
class connect_call final : public blocking_call {
 public:
  bool call(coir::deadline until) override {
    try {
      return coir::tcp_connect(at_, until).is_open();
    } catch (const std::system_error& e) {
      if (e.code() != std::errc::timed_out) throw;
      return false;
    }
  }
  void complete() override { first_ = listener_.accept(); }
  void complete_from_thread() override { complete(); }
  void expect_intact(bool completed) override {
    if (!completed) complete();
    EXPECT_FALSE(listener_.is_readable()) << "there is a connection after all";
    const coir::tcp_stream s = coir::tcp_connect(at_, std::chrono::seconds(patience));
    EXPECT_EQ(listener_.accept().remote_endpoint(), s.local_endpoint());
  }

 private:
  raw_socket listener_ = raw_socket::listen(0);
  coir::endpoint at_ = listener_.local_endpoint();
  raw_socket filler_ = raw_socket::connect(at_);
  raw_socket first_;
};

}  // namespace support
