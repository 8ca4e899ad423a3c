#pragma once
// For tests of this room: a store in memory with auth's tables, and entropy that counts.
#include <memory>

#include "auth/directory.h"
#include "auth/schema.h"
#include "auth/seal.h"
#include "db/database.h"

namespace postage::auth {

/// Never the same bytes twice, the same ones in each run.
class CountingEntropy final : public Entropy {
 public:
  void fill(std::uint8_t* out, std::size_t bytes) override {
    for (std::size_t i = 0; i < bytes; ++i) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      out[i] = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_ = 7;
};

inline constexpr Instant kTestStart{seconds(1'800'000'000)};

inline std::unique_ptr<db::Database> test_database(const std::string& path = ":memory:") {
  auto database = std::move(db::Database::open({.path = path, .sync = false})).value();
  database->migrate("auth", migrations(), kTestStart).value();
  return database;
}

inline Seal test_seal(std::uint8_t first = 1) {
  std::array<std::uint8_t, 32> key{};
  key[0] = first;
  return Seal::from_key(key);
}

/// All rows of a table as text, to look for what must not be there.
inline std::string dump(db::Database& database, const std::string& table, const std::string& column) {
  std::string all;
  database.read([&](db::Connection& connection) {
    return connection.each("select cast(" + column + " as text) from " + table,
                           [&](db::Row& row) { all += row.maybe_text(0).value_or("null") + "\n"; });
  }).value();
  return all;
}

}  // namespace postage::auth
