#include "invoice/bundle/chained_lines.h"

#include "base/text_bytes.h"

namespace postage::invoice {
namespace {

constexpr std::size_t kDigits = 2 * sizeof(meter::Hash);

Error corrupt(const char* what) { return Error(Errc::corrupt_record, what); }

}  // namespace

meter::Hash signed_hash(const meter::Hash& chain) { return meter::sha256("postage bundle\n", meter::view(chain)); }

Result<void> ChainedWriter::line(std::string_view text) {
  CHECK(text.find('\n') == std::string_view::npos);
  if (text.size() + kDigits + 2 > kBundleLineBytesMax)
    return Error(Errc::bad_request, "a line of the bundle would be too long");
  chain_ = meter::sha256(meter::view(chain_), text);
  std::string out = to_hex(meter::view(chain_));
  out += ' ';
  out += text;
  out += '\n';
  ++lines_;
  return take_(out);
}

Result<bool> ChainedReader::next_raw(std::string& raw) {
  raw.clear();
  for (;;) {
    const std::size_t end = buffer_.find('\n', at_);
    if (end != std::string::npos) {
      raw.append(buffer_, at_, end - at_);
      at_ = end + 1;
      return true;
    }
    raw.append(buffer_, at_);
    if (raw.size() > kBundleLineBytesMax) return corrupt("the line is too long");
    TRY(more, give_());
    if (more.empty()) {
      if (raw.empty()) return false;
      return corrupt("the line is cut off: the file ends within it");
    }
    bytes_ += static_cast<std::int64_t>(more.size());
    buffer_ = std::move(more);
    at_ = 0;
  }
}

Result<bool> ChainedReader::next(std::string& text) {
  ++line_;
  if (line_ > kBundleLinesMax) return corrupt("the file has too many lines");
  TRY(more, next_raw(text));
  if (!more) return false;
  if (text.size() <= kDigits || text[kDigits] != ' ') return corrupt("the line does not begin with its digest");
  before_ = chain_;
  const meter::Hash next = meter::sha256(meter::view(chain_), std::string_view(text).substr(kDigits + 1));
  if (to_hex(meter::view(next)) != std::string_view(text).substr(0, kDigits))
    return corrupt("the line does not fit its digest: it, or the line before it, was changed");
  chain_ = next;
  text.erase(0, kDigits + 1);
  return true;
}

}  // namespace postage::invoice
