#pragma once
// The credit notes of a bundle.
#include "invoice/bundle/bundles.h"

namespace postage::invoice {

/// The credit notes of a month's invoice, oldest first, for its bundle. `database` outlives what is returned; thread: any.
NoteSource credit_notes_of(db::Database& database);

}  // namespace postage::invoice
