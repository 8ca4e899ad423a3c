#pragma once
// Statements about many ids at once: `in (?,?,...)` with a fixed number of places, so that one statement of a kind is
// prepared, and a short list fills the places by repeating its last id.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "db/connection.h"

namespace postage::db {

/// Ids of one statement.
inline constexpr std::size_t kManyIds = 48;

/// "?,?,...": kManyIds places, for the text of a statement.
inline const std::string& many_places() {
  static const std::string kPlaces = [] {
    std::string text = "?";
    for (std::size_t i = 1; i < kManyIds; ++i) text += ",?";
    return text;
  }();
  return kPlaces;
}

/// Runs `sql`, whose first kManyIds parameters are ids, for each kManyIds of `ids`; reader(Row&) gets the rows. What
/// follows the ids stands in `rest`. Errors: those of Connection::each.
template <class Reader, class... Rest>
Result<void> each_of_many(Connection& connection, std::string_view sql, std::span<const std::int64_t> ids,
                          Reader&& reader, const Rest&... rest) {
  for (std::size_t from = 0; from < ids.size(); from += kManyIds) {
    std::array<std::int64_t, kManyIds> some{};
    for (std::size_t i = 0; i < kManyIds; ++i) some[i] = ids[from + i < ids.size() ? from + i : ids.size() - 1];
    const auto done = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return connection.each(sql, reader, some[I]..., rest...);
    }(std::make_index_sequence<kManyIds>());
    if (!done) return done.error();
  }
  return {};
}

}  // namespace postage::db
