#pragma once
// Which form of a document a request asks for, and the answer that carries it. Thread: any; pure.
#include <optional>

#include "api/route.h"
#include "invoice/documents/documents.h"

namespace postage::api {

/// Query parameters of routes that answer documents: format, language, table.
extern const std::span<const Parameter> kDocumentQuery;

/// Reads and takes `format`, `language` and `table` of the query; without a format Accept decides between CSV, PDF and
/// XLSX. None: the plain JSON object.
std::optional<invoice::DocumentAsk> document_ask(Call& call);
/// The file; browsers save CSV and XLSX and show the rest.
Reply document_reply(invoice::DocumentFile file);

}  // namespace postage::api
