#pragma once
// How commands on the same machine ask a running server about its data folder: a secret in a file that only the folder's
// owner can read (`local.json`, mode 0600, new at each start) and a path of its own. Thread: as said.
#include <memory>
#include <string>
#include <vector>

#include "app/door.h"
#include "app/open_folder.h"
#include "base/clock.h"
#include "invoice/billing.h"
#include "invoice/bundle/bundles.h"
#include "invoice/documents/documents.h"

namespace postage::app {

/// The server's side. Thread: any loop.
struct LocalDoorParts {
  std::string secret;
  const Clock& clock;
  const invoice::Billing& billing;
  const invoice::Bundles& bundles;
  const invoice::Documents& documents;
  WorkerPool& workers;
};
/// GET /local/bill?account=N answers the running bill as an invoice object; with &format=F (&month=M &language=L
/// &table=T) a document. GET /local/export?account=N&month=2026-01 (and more months, with commas) answers the bundle.
/// 401 without the secret.
OwnRoute local_route(LocalDoorParts parts);
/// Whether an Authorization header carries the secret of local.json; takes the same time for every wrong one.
bool local_secret_fits(std::string_view given, const std::string& secret);
/// Asks the server that holds the folder: GET `target`, or POST when there is a body. Errors: unavailable, and the
/// server's own not_found, conflict and bad_request.
Result<std::string> ask_server(const std::string& folder, const std::string& target, const std::string& body);
/// Writes `<folder>/local.json` for commands. Errors: store_failed.
Result<void> write_local_file(const std::string& folder, const std::string& url, const std::string& secret);

/// The command's side: the running bill of an account of a folder, whether its server runs (then that server answers) or
/// not (then the folder is opened, recovered if need be, and read). The invoice object as JSON.
/// Errors: not_found (no such folder or account), unavailable (the server does not answer), as the rooms' own.
Result<std::string> running_bill_of(const DataFolder& folder, AccountId account);
/// The bundle of these months (2026-01), given to `take` in parts; likewise. Errors: also those of Bundles::write and
/// `take`.
Result<void> bundle_of(const DataFolder& folder, AccountId account, const std::vector<std::string>& months,
                       const invoice::ByteTaker& take);
/// The running bill (`month` empty) or the invoice of a closed month in another form, likewise: the file's bytes.
Result<std::string> document_of(const DataFolder& folder, AccountId account, const std::string& month,
                                const invoice::DocumentAsk& ask);
/// The stored invoice of a closed month, likewise: the document as it was issued.
Result<std::string> invoice_of(const std::string& folder, AccountId account, const std::string& month);

}  // namespace postage::app
