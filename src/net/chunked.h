#pragma once
// The body of a chunked request (RFC 9112 section 7.1), byte by byte and strictly. Our own because Boost 1.81's reader
// ends the process (an assertion) when a peer sends the last chunk in small pieces. Thread: one loop.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postage::net {

/// Reads one body. Extensions and trailers are checked for form, counted against a bound and dropped.
class ChunkedReader {
 public:
  enum class Outcome : std::uint8_t { need_more, done, malformed, too_large };

  /// `body_bytes_max` bounds the body, not its framing.
  explicit ChunkedReader(std::size_t body_bytes_max) : body_left_(body_bytes_max) {}
  /// Reads from `input`, removes what it has taken and appends the data to `body`.
  Outcome feed(std::string_view& input, std::string& body);

 private:
  enum class State : std::uint8_t {
    size_first,
    size,
    extension,
    size_newline,
    data,
    data_return,
    data_newline,
    trailer_first,
    trailer,
    trailer_newline,
    last_newline,
    done
  };
  Outcome step(char byte);
  Outcome size_digit(char byte);
  Outcome framing(char byte);

  static constexpr std::uint32_t kFramingBytesMax = 4096;  // extensions and trailers of one body together
  std::uint64_t chunk_left_ = 0;
  std::size_t body_left_;
  std::uint32_t framing_bytes_ = 0;
  std::uint8_t digits_ = 0;
  State state_ = State::size_first;
};

}  // namespace postage::net
