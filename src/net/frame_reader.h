#pragma once
// The receiving half of RFC 6455 for a server, without sockets: bytes in, messages and control frames out. Takes any
// cut of the stream; a message that lies whole in the bytes given is unmasked in place and never copied. Holds no
// memory between messages. Thread: one loop.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/utf8.h"

namespace postage::net {

/// What was read. A false return stops the reading: nothing after it is wanted.
class FrameEvents {
 public:
  /// A whole message; text is valid UTF-8. kPayloadPadding readable bytes follow, if the input had them.
  virtual bool on_message_frame(bool text, std::string_view payload) = 0;
  virtual bool on_ping(std::string_view payload) = 0;
  /// The peer's close frame, checked: `code` is one a peer may send, or 1005 when the frame was empty. Nothing
  /// comes after it.
  virtual void on_close_frame(std::uint16_t code, std::string_view reason) = 0;

 protected:
  ~FrameEvents() = default;
};

/// See the top of the file.
class FrameReader {
 public:
  explicit FrameReader(std::size_t message_limit) : limit_(message_limit) {}

  /// Largest message from the next frame on, bytes.
  void set_message_limit(std::size_t bytes) { limit_ = bytes; }
  /// From now on data frames are checked and dropped (we have sent our close frame).
  void discard_messages();
  /// Reads `size` bytes, which it may change. Returns 0, or the close code of the peer's fault; then the reader is
  /// spent.
  std::uint16_t feed(char* data, std::size_t size, FrameEvents& events);
  /// For people: what was wrong, after feed() returned a code.
  [[nodiscard]] std::string_view fault() const { return fault_; }

 private:
  struct Cursor {
    char* at;
    char* end;
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end - at); }
  };
  static constexpr std::size_t kHeaderMax = 14;  // 2 + 8 + mask

  bool read_whole(Cursor& in, FrameEvents& events);
  bool gather_header(Cursor& in);
  bool check_start();
  bool check_length();
  bool read_payload(Cursor& in, FrameEvents& events);
  bool read_control(Cursor& in, FrameEvents& events);
  bool end_control(std::string_view payload, FrameEvents& events);
  bool read_data(Cursor& in, FrameEvents& events);
  bool end_message(std::string_view payload, FrameEvents& events);
  void keep(std::string_view piece);
  bool refuse(std::uint16_t code, const char* why);
  [[nodiscard]] std::uint8_t opcode() const { return static_cast<std::uint8_t>(header_[0]) & 0x0FU; }
  [[nodiscard]] bool control() const { return (header_[0] & 0x08) != 0; }
  [[nodiscard]] bool last() const { return (header_[0] & 0x80) != 0; }

  std::size_t limit_;
  std::uint64_t payload_left_ = 0;   // of the present frame
  std::uint64_t message_bytes_ = 0;  // announced by this message's frames so far
  std::array<char, kHeaderMax> header_{};
  std::uint8_t header_have_ = 0;
  std::uint8_t header_need_ = 2;
  std::uint8_t message_opcode_ = 0;  // 0: no message has begun
  bool in_payload_ = false;
  bool discard_ = false;
  bool stopped_ = false;
  Utf8Check utf8_;
  std::uint16_t code_ = 0;
  std::uint32_t mask_ = 0;  // turned so that its first byte is for the next payload byte
  const char* fault_ = "";
  // Made when a frame or message comes in pieces, and freed when it is whole: few connections are ever in between.
  std::unique_ptr<std::string> message_;
  std::unique_ptr<std::string> control_;
};

/// Applies a mask (first byte of memory = first payload byte) in place and returns it turned by `size` bytes.
std::uint32_t unmask(char* data, std::size_t size, std::uint32_t mask);

/// True for codes that may stand in a close frame (RFC 6455 section 7.4, and the registry's 1012 to 1014).
bool close_code_may_be_sent(std::uint16_t code);

}  // namespace postage::net
