#pragma once
// Result<T>: a value or an Error. Refusals and outside failures are values in this code base; `throw` is not used, and
// a library's exception is caught in the room that calls the library and made an Error on the spot.
#include <optional>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace postage {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  Result(Errc code) : state_(std::in_place_index<1>, Error(code)) {}  // NOLINT

  explicit operator bool() const { return state_.index() == 0; }
  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  T& value() & { CHECK(ok()); return *std::get_if<0>(&state_); }
  const T& value() const& { CHECK(ok()); return *std::get_if<0>(&state_); }
  T&& value() && { CHECK(ok()); return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const { CHECK(!ok()); return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT
  Result(Errc code) : error_(Error(code)) {}  // NOLINT
  explicit operator bool() const { return !error_; }
  [[nodiscard]] bool ok() const { return !error_; }
  void value() const { CHECK(ok()); }
  [[nodiscard]] const Error& error() const { CHECK(error_.has_value()); return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace postage

#define POSTAGE_CONCAT_(a, b) a##b
#define POSTAGE_CONCAT(a, b) POSTAGE_CONCAT_(a, b)
/// TRY(name, expression): `name` becomes the value, or the function returns the error.
#define TRY(name, ...)                                              \
  auto POSTAGE_CONCAT(try_, __LINE__) = (__VA_ARGS__);              \
  if (!POSTAGE_CONCAT(try_, __LINE__)) return POSTAGE_CONCAT(try_, __LINE__).error(); \
  auto&& name = *std::move(POSTAGE_CONCAT(try_, __LINE__))
/// TRY_VOID(expression): the function returns the error, if there is one.
#define TRY_VOID(...)                                               \
  do {                                                              \
    if (auto try_result = (__VA_ARGS__); !try_result) return try_result.error(); \
  } while (false)
