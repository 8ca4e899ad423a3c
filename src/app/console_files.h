#pragma once
// The web console, embedded in the binary, as HTTP answers. Thread: any.
#include "net/ports.h"

namespace postage::app {

/// Answers GET and HEAD of a console path: "/" and unknown paths without a suffix get index.html (the page routes on its
/// own), files get their type, an ETag and, for hashed names, a year of caching; gzip when the client takes it. Other
/// methods get 405, unknown files 404. Security headers (CSP, nosniff, frame denial) are on every answer.
net::Response console_answer(const net::Request& request);

}  // namespace postage::app
