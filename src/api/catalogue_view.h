#pragma once
// How catalogues' findings, publications and previews and a what-if look in JSON, for routes and commands. Thread: any.
#include "api/route.h"
#include "catalog/lint.h"
#include "catalog/store.h"
#include "invoice/catalogue_preview.h"
#include "invoice/what_if.h"

namespace postage::api {

/// [{severity, pointer, code, text}]
Json findings_json(const std::vector<catalog::Finding>& findings);
Json publication_json(const catalog::Publication& each);
/// Totals so far and, when all accounts are read, `count` rows from `first` on. Errors: those of reading the rows.
Result<Json> preview_json(invoice::CataloguePreview& preview, std::size_t first, std::size_t count);
/// `month` is what was asked about, `answer` its what-if.
Json what_if_json(const invoice::RatedMonth& month, const invoice::WhatIf& answer, Instant now);

}  // namespace postage::api
