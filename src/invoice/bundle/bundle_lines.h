#pragma once
// The lines of a bundle as values, to and from their JSON. One kind of line, one struct; the JSON is canonical: members
// in the order below, no white space, nothing more and nothing less. docs/bundle.md describes them for a stranger.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/month.h"
#include "base/result.h"
#include "invoice/terms.h"
#include "meter/hour_proof.h"

namespace postage::invoice {

/// First line.
struct BundleHead {
  std::int64_t version = 1;
  AccountId account;
  std::string account_name;
  std::string node;  ///< whose meter counted
  Instant exported_at;
  std::string public_key;  ///< PEM of the meter's key
};
/// A catalogue that the history names, or that rated a month.
struct BundleCatalogue {
  std::string name;
  std::string sha256;  ///< of `text`
  std::string text;
};
/// A month begins: its proofs and documents follow.
struct BundleMonth {
  MonthKey month;
  InstantRange period;
  bool issued = false;                            ///< there is an invoice; else the month runs
  std::map<std::string, std::string> catalogues;  ///< name -> sha256, as they stood when the month was rated
};
/// Usage of a running month that no ended hour holds yet: stated, not proven.
struct BundleLive {
  ProjectId project;
  std::int64_t units = 0;
  std::int64_t peak = 0;        ///< of the month so far
  std::int64_t byte_hours = 0;  ///< samples of hours that have not ended
};
/// The same for the account's simultaneous connections.
struct BundleLiveAccount {
  std::int64_t peak = 0;
};
/// Another document that belongs to the month, such as a credit note: kept as it is, held by the signature.
struct BundleNote {
  std::string name;  ///< "credit_note"
  std::string number;
  std::string sha256;
  std::string document;
};
/// The month's invoice (`number` not empty) or running bill, byte for byte.
struct BundleDocument {
  std::string number;
  std::string sha256;
  std::string document;
};
/// Last line but one.
struct BundleEnd {
  std::int64_t lines = 0;  ///< before this one
};
struct BundleSignature {
  std::string signature;  ///< 64 bytes over signed_hash(digest of the line before)
};

using BundleLine =
    std::variant<BundleHead, BundleCatalogue, AccountEvent, BundleMonth, meter::HourEnd, meter::ProvenRecord,
                 BundleLive, BundleLiveAccount, BundleNote, BundleDocument, BundleEnd, BundleSignature>;

/// One line of JSON. Of a ProvenRecord run and hour are left out: they are those of the hour before it.
std::string line_text(const BundleLine& line);
/// The line that `text` is. A ProvenRecord has run and hour 0. Errors: corrupt_record that says what is wrong; a text
/// that line_text() would not write is refused. Bounded: depth, sizes, counts.
Result<BundleLine> read_line(std::string_view text);
/// What kind a text claims to be ("invoice"), or "line". Never fails.
std::string kind_of_line(std::string_view text);

/// How deep the JSON nests, strings left out; for bounds before parsing.
int json_depth(std::string_view text);

}  // namespace postage::invoice
