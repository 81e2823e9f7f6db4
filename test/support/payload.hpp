// test/support/payload.hpp - bytes that differ at every place, so that one lost, doubled or moved is seen
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <coir/io/tcp_stream.hpp>

namespace support {

inline std::string payload(std::size_t size, std::uint32_t seed = 1) {
  std::string bytes(size, '\0');
  std::uint32_t x = seed * 2654435761u + 1;  // Marsaglia, "Xorshift RNGs", 2003
  for (char& c : bytes) {
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    c = static_cast<char>(x);
  }
  return bytes;
}

/// Reads `size` bytes, or fewer when the stream ends before, in pieces of at most `piece` bytes.
inline std::string read_exactly(coir::tcp_stream& from, std::size_t size, std::size_t piece = 65536) {
  std::string got(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const std::size_t n = from.read_some(std::span(got).subspan(have, std::min(piece, size - have)));
    if (n == 0) break;
    have += n;
  }
  got.resize(have);
  return got;
}

/// What one read gives.
inline std::string read_piece(coir::tcp_stream& from, std::size_t limit = 65536) {
  std::string got(limit, '\0');
  got.resize(from.read_some(std::span(got)));
  return got;
}

/// Sends back what comes until the end.
inline void echo(coir::tcp_stream& s, std::size_t piece = 4096) {
  std::string buffer(piece, '\0');
  while (const std::size_t n = s.read_some(std::span(buffer))) s.write_all(std::string_view(buffer).substr(0, n));
}

}  // namespace support
