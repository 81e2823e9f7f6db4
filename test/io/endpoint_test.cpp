#include <coir/io/endpoint.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "thrown.hpp"

namespace {

using namespace std::string_view_literals;
using coir::endpoint;
using support::names;
using support::text_of;

struct good {
  std::string_view text;
  std::string_view printed;
  std::string_view address;
  std::uint16_t port;
  bool ipv6;

  friend void PrintTo(const good& g, std::ostream* out) { *out << g.text; }
};

const good good_texts[] = {
    {"127.0.0.1:80", "127.0.0.1:80", "127.0.0.1", 80, false},
    {"0.0.0.0:0", "0.0.0.0:0", "0.0.0.0", 0, false},
    {"255.255.255.255:65535", "255.255.255.255:65535", "255.255.255.255", 65535, false},
    {"localhost:8888", "127.0.0.1:8888", "127.0.0.1", 8888, false},
    {"[::1]:80", "[::1]:80", "::1", 80, true},
    {"[::]:0", "[::]:0", "::", 0, true},
    {"[2001:DB8:0:0:0:0:0:1]:443", "[2001:db8::1]:443", "2001:db8::1", 443, true},
    {"[::ffff:1.2.3.4]:65535", "[::ffff:1.2.3.4]:65535", "::ffff:1.2.3.4", 65535, true},
    {"[fe80::1%lo]:80", "[fe80::1%lo]:80", "fe80::1%lo", 80, true},
    {"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:1", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:1",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, true},
};

class good_endpoint : public testing::TestWithParam<good> {};

TEST_P(good_endpoint, is_read_and_printed) {
  const endpoint e = endpoint::parse(GetParam().text);
  EXPECT_EQ(e.to_string(), GetParam().printed);
  EXPECT_EQ(e.address(), GetParam().address);
  EXPECT_EQ(e.port(), GetParam().port);
  EXPECT_EQ(e.is_ipv6(), GetParam().ipv6);
}

TEST_P(good_endpoint, is_equal_to_what_its_printed_form_is_read_as) {
  const endpoint e = endpoint::parse(GetParam().text);
  EXPECT_EQ(endpoint::parse(e.to_string()), e);
  EXPECT_EQ(endpoint::try_parse(e.to_string()), e);
}

TEST_P(good_endpoint, survives_the_way_through_a_system_call) {
  const endpoint e = endpoint::parse(GetParam().text);
  EXPECT_EQ(e.size(), GetParam().ipv6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  sockaddr_storage storage{};
  std::memcpy(&storage, e.data(), e.size());
  EXPECT_EQ(endpoint(reinterpret_cast<const sockaddr*>(&storage), e.size()), e);
}

TEST_P(good_endpoint, needs_no_end_of_string) {
  const std::string longer = std::string(GetParam().text) + "0";
  EXPECT_EQ(endpoint::parse(std::string_view(longer).substr(0, GetParam().text.size())).to_string(),
            GetParam().printed);
}

INSTANTIATE_TEST_SUITE_P(all, good_endpoint, testing::ValuesIn(good_texts));

struct bad {
  std::string_view text;
  std::string_view culprit;  // a word that the error says

  friend void PrintTo(const bad& b, std::ostream* out) { *out << testing::PrintToString(std::string(b.text)); }
};

const bad bad_texts[] = {
    {"", ""},
    {":", ""},
    {"80", "port"},
    {":80", "address"},
    {"127.0.0.1", "port"},
    {"127.0.0.1:", "port"},
    {"127.0.0.1:65536", "port"},
    {"127.0.0.1:4294967376", "port"},
    {"127.0.0.1:99999999999999999999999", "port"},
    {"127.0.0.1:-1", "port"},
    {"127.0.0.1:+80", "port"},
    {"127.0.0.1:0x50", "port"},
    {"127.0.0.1:http", "port"},
    {"127.0.0.1: 80", "port"},
    {"127.0.0.1:80 ", "port"},
    {"127.0.0.1:8.0", "port"},
    {" 127.0.0.1:80", "address"},
    {"127.0.0:80", "address"},
    {"1.2.3.4.5:80", "address"},
    {"256.0.0.1:80", "address"},
    {"1.2.3.x:80", "address"},
    {"example.com:80", "address"},
    {"127.0.0.1:80:90", ""},
    {"localhost", "port"},
    {"localhosts:80", "address"},
    {"::1", ""},
    {"::1:80", "["},
    {"2001:db8::1:443", "["},
    {"[::1]", "port"},
    {"[::1]:", "port"},
    {"[::1]80", "port"},
    {"[::1]:65536", "port"},
    {"[::1]:80:90", "port"},
    {"[::1:80", "]"},
    {"::1]:80", ""},
    {"[]:80", "address"},
    {"[", ""},
    {"[:80", "]"},
    {"[127.0.0.1]:80", "address"},
    {"[localhost]:80", "address"},
    {"[g::1]:80", "address"},
    {"[1:2:3:4:5:6:7:8:9]:80", "address"},
    {"[1::2::3]:80", "address"},
    {"[fe80::1%]:80", ""},
    {"[fe80::1%no such interface]:80", "interface"},
    {"127.0.0.1\0:80"sv, ""},
    {"127.0.0.1:80\0"sv, ""},
    {"[::1\0]:80"sv, ""},
};

class bad_endpoint : public testing::TestWithParam<bad> {};

TEST_P(bad_endpoint, is_refused_with_its_text_and_what_is_wrong_with_it) {
  const std::string text(GetParam().text);
  const std::string error = text_of<std::invalid_argument>([&] { (void)endpoint::parse(text); });
  if (text.find('\0') == std::string::npos) {
    EXPECT_TRUE(names(error, text));
  }
  EXPECT_TRUE(names(error, GetParam().culprit));
  EXPECT_GT(error.size(), text.size() + 10) << "says nothing but the text: " << error;
}

TEST_P(bad_endpoint, is_nothing_to_try_parse) { EXPECT_EQ(endpoint::try_parse(GetParam().text), std::nullopt); }

INSTANTIATE_TEST_SUITE_P(all, bad_endpoint, testing::ValuesIn(bad_texts));

TEST(endpoint, of_any_length_is_refused_without_harm) {
  for (const std::string& text :
       {std::string(100'000, '1') + ":80", "127.0.0.1:" + std::string(100'000, '8'),
        "[" + std::string(100'000, ':') + "]:80", "[fe80::1%" + std::string(100'000, 'x') + "]:80"}) {
    EXPECT_EQ(endpoint::try_parse(text), std::nullopt);
    EXPECT_THROW((void)endpoint::parse(text), std::invalid_argument);
  }
}

TEST(endpoint, is_all_zeros_by_default) { EXPECT_EQ(endpoint(), endpoint::parse("0.0.0.0:0")); }

TEST(endpoint, differs_by_family_address_port_and_interface) {
  const endpoint all[] = {endpoint::parse("127.0.0.1:80"), endpoint::parse("127.0.0.1:81"),
                          endpoint::parse("127.0.0.2:80"), endpoint::parse("[::1]:80"),
                          endpoint::parse("[::1]:81"),     endpoint::parse("[::2]:80"),
                          endpoint::parse("[fe80::1]:80"), endpoint::parse("[fe80::1%1]:80")};
  for (const endpoint& a : all)
    for (const endpoint& b : all) EXPECT_EQ(a == b, &a == &b) << a.to_string() << " and " << b.to_string();
}

TEST(endpoint, reads_every_port) {
  for (int port = 0; port <= 65535; ++port)
    ASSERT_EQ(endpoint::parse("127.0.0.1:" + std::to_string(port)).port(), port);
}

}  // namespace
