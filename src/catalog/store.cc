#include "catalog/store.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "db/append_only.h"

namespace postage::catalog {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kWordsMax = 500;

constexpr std::string_view kFirst = R"sql(
create table catalog_publication (
  id integer primary key,
  name text not null,
  version integer not null,
  text text not null,
  sha256 text not null,
  replaces text not null,
  grandfather integer not null,
  plans text not null,
  unique (name, version)
);
)sql" POSTAGE_APPEND_ONLY_AS("catalog_publication", "a catalogue is", "edited") R"sql(
create table catalog_publication_state (
  id integer primary key,
  publication integer not null references catalog_publication (id),
  state text not null,
  at integer not null,
  by_whom text not null,
  why text not null,
  unique (publication, state)
);
)sql" POSTAGE_APPEND_ONLY_AS("catalog_publication_state", "what happened to a catalogue is", "edited");

constexpr std::array<db::Migration, 1> kMigrations{{{1, kFirst}}};

constexpr std::string_view kSelect =
    "select p.id, p.name, p.version, p.text, p.sha256, p.replaces, p.grandfather, p.plans, s.state, s.at, s.by_whom, s.why "
    "from catalog_publication p join catalog_publication_state s on s.publication = p.id ";

std::optional<PublicationState> state_of(std::string_view name) {
  for (const auto state : {PublicationState::draft, PublicationState::published, PublicationState::withdrawn}) {
    if (state_name(state) == name) return state;
  }
  return std::nullopt;
}

/// Puts a row of a state into the publication it belongs to; rows come by publication and in order of time.
void take_row(db::Row& row, std::vector<Publication>& found, bool& corrupt) {
  const std::int64_t id = row.integer(0);
  if (found.empty() || found.back().id != id) {
    Publication next;
    next.id = id;
    next.name = row.text(1);
    next.version = row.integer(2);
    next.text = row.text(3);
    next.sha256 = row.text(4);
    next.succession.replaces = row.text(5);
    next.succession.grandfather = row.flag(6);
    const Json plans = Json::parse(row.text(7), nullptr, false);
    for (const auto& [from, to] : plans.items()) next.succession.plans[from] = to.is_string() ? to.get<std::string>() : "";
    if (!found.empty() && found.back().name == next.name) found.back() = std::move(next);
    else found.push_back(std::move(next));
  }
  Publication& last = found.back();
  const auto state = state_of(row.text(8));
  corrupt = corrupt || !state;
  last.state = state.value_or(PublicationState::draft);
  const Instant at = row.instant(9);
  if (last.state == PublicationState::draft) last.drafted_at = at;
  if (last.state == PublicationState::published) last.published_at = at;
  if (last.state == PublicationState::withdrawn) last.withdrawn_at = at;
  last.by = row.text(10);
  last.why = row.text(11);
}

/// The newest version of each name that fits `where`.
template <class... Args>
Result<std::vector<Publication>> select(db::Connection& connection, std::string_view where, const Args&... args) {
  std::vector<Publication> found;
  bool corrupt = false;
  TRY_VOID(connection.each(std::string(kSelect) + std::string(where) + " order by p.name, p.version, s.id",
                           [&](db::Row& row) { take_row(row, found, corrupt); }, args...));
  for (Publication& each : found) {
    if (corrupt || sha256_hex(each.text) != each.sha256) {
      return Error(Errc::corrupt_record, "the published catalogue " + each.name + " does not fit its hash");
    }
    TRY(catalogue, load(each.text));
    each.catalogue = catalogue;
  }
  return found;
}

Result<std::optional<Publication>> newest(db::Connection& connection, std::string_view name) {
  TRY(found, select(connection, "where p.name = ?", name));
  return found.empty() ? std::optional<Publication>() : std::optional(std::move(found.back()));
}

Result<Publication> need(db::Connection& connection, std::string_view name) {
  TRY(found, newest(connection, name));
  if (!found) return Error(Errc::not_found, "there is no catalogue of the operator's named " + std::string(name));
  return *std::move(found);
}

std::string cut(std::string text) {
  text.resize(std::min(text.size(), kWordsMax));
  return text;
}

/// Whether accounts can still be moved before the month begins.
Result<void> in_time(const Publication& row, Instant now, std::string_view what) {
  if (now + kBeforeTheMonth <= row.effective_at()) return {};
  return Error(Errc::conflict, row.name + " is in force from " + row.catalogue->effective_from + ": it cannot be " +
                                   std::string(what) + " later than an hour before");
}

}  // namespace

std::string_view state_name(PublicationState state) {
  constexpr std::string_view kNames[] = {"draft", "published", "withdrawn"};
  return kNames[static_cast<int>(state)];
}

MonthKey Publication::effective_month() const { return parse_month(catalogue->effective_from.substr(0, 7)).value(); }
Instant Publication::effective_at() const { return month_range(effective_month(), catalogue->zone).start; }

Result<void> migrate(db::Database& database, Instant now) { return database.migrate("catalog", kMigrations, now); }

Result<void> CatalogueStore::enter(db::Connection& connection, const Publication& row, PublicationState state, Instant now,
                                   const Publisher& by) const {
  TRY_VOID(connection.run(
      "insert into catalog_publication_state (publication, state, at, by_whom, why) values (?, ?, ?, ?, ?)", row.id,
      state_name(state), now, cut(by.who), cut(by.why)));
  if (ports_.trail == nullptr) return {};
  constexpr std::string_view kActions[] = {"catalogue.draft", "catalogue.publish", "catalogue.withdraw"};
  db::ChangeNote note;
  note.kind = by.kind;
  note.id = by.id;
  note.who = by.who;
  note.why = by.why;
  note.action = kActions[static_cast<int>(state)];
  note.subject = row.name;
  note.details = {{"version", std::to_string(row.version)},
                  {"sha256", row.sha256},
                  {"effective_from", row.catalogue->effective_from},
                  {"replaces", row.succession.replaces},
                  {"grandfather", row.succession.grandfather ? "true" : "false"}};
  return ports_.trail->note_in(connection, note, now);
}

Result<Publication> CatalogueStore::draft(const std::string& text, const Succession& succession, Instant now,
                                          const Publisher& by) {
  TRY(loaded, load(text));
  if (ports_.taken && ports_.taken(loaded->name)) {
    return Error(Errc::conflict, "/name: '" + loaded->name + "' is the name of a catalogue that is not the store's");
  }
  return ports_.database.write([&](db::Connection& connection) -> Result<Publication> {
    TRY(before, newest(connection, loaded->name));
    if (before && before->state != PublicationState::draft) {
      return Error(Errc::conflict, "/name: '" + loaded->name + "' was published: what is published never changes");
    }
    Publication row;
    row.name = loaded->name;
    row.version = before ? before->version + 1 : 1;
    row.text = text;
    row.sha256 = sha256_hex(text);
    row.catalogue = loaded;
    row.succession = succession;
    row.drafted_at = now;
    row.by = by.who;
    row.why = by.why;
    TRY(id, connection.first(
                "insert into catalog_publication (name, version, text, sha256, replaces, grandfather, plans) "
                "values (?, ?, ?, ?, ?, ?, ?) returning id",
                [](db::Row& made) { return made.integer(0); }, row.name, row.version, row.text, row.sha256,
                succession.replaces, succession.grandfather, Json(succession.plans).dump()));
    row.id = id.value_or(0);
    TRY_VOID(enter(connection, row, PublicationState::draft, now, by));
    return row;
  });
}

Result<Publication> CatalogueStore::publish(std::string_view name, Instant now, const Publisher& by) {
  return ports_.database.write([&](db::Connection& connection) -> Result<Publication> {
    TRY(row, need(connection, name));
    if (row.state != PublicationState::draft) {
      return Error(Errc::conflict, row.name + " is " + std::string(state_name(row.state)));
    }
    if (!row.catalogue->effective_from.ends_with("-01")) {
      return Error(Errc::invalid_catalogue, "/effective_from: must be the first day of a month");
    }
    if (ports_.check) TRY_VOID(ports_.check(row.text));
    if (!row.succession.grandfather) TRY_VOID(in_time(row, now, "published for accounts that are to be moved"));
    TRY_VOID(enter(connection, row, PublicationState::published, now, by));
    return need(connection, name);
  });
}

Result<Publication> CatalogueStore::withdraw(std::string_view name, Instant now, const Publisher& by) {
  return ports_.database.write([&](db::Connection& connection) -> Result<Publication> {
    TRY(row, need(connection, name));
    if (row.state != PublicationState::published) {
      return Error(Errc::conflict, row.name + " is " + std::string(state_name(row.state)) + ", not published");
    }
    TRY_VOID(in_time(row, now, "withdrawn"));
    TRY_VOID(enter(connection, row, PublicationState::withdrawn, now, by));
    return need(connection, name);
  });
}

Result<std::vector<Publication>> CatalogueStore::all() const {
  return ports_.database.read([](db::Connection& connection) { return select(connection, ""); });
}

Result<std::optional<Publication>> CatalogueStore::find(std::string_view name) const {
  return ports_.database.read([&](db::Connection& connection) { return newest(connection, name); });
}

}  // namespace postage::catalog
