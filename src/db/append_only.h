#pragma once
// The triggers of a table to which rows are only added. They are text of a migration, put together by the compiler:
//
//   constexpr std::string_view kFirst = R"sql(
//   create table invoice (...);
//   )sql" POSTAGE_APPEND_ONLY("invoice", "an invoice is") R"sql(
//   create table ...)sql";
//
// Applied migrations are compared with their text, so that what these make never changes.

/// Refuses update and delete on `table`: "`subject` never changed", "`subject` never removed". Both are literals.
#define POSTAGE_APPEND_ONLY(table, subject) POSTAGE_APPEND_ONLY_AS(table, subject, "changed")

/// The same with another word for "changed".
#define POSTAGE_APPEND_ONLY_AS(table, subject, changed)                                                          \
  "create trigger " table "_kept before update on " table "\n  begin select raise(abort, '" subject " never " changed \
  "'); end;\ncreate trigger " table "_stays before delete on " table "\n  begin select raise(abort, '" subject       \
  " never removed'); end;\n"
