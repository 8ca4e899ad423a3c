#!/usr/bin/env bash
# Builds console/dist when a source is newer than the last build.
set -eu
cd "$(dirname "$0")/.."
[ -f console/package.json ] || exit 0
. tools/node_path.sh
if [ ! -f console/dist/index.html ] || [ -n "$(find console/src sdk/js/src console/public console/index.html console/package-lock.json console/vite.config.ts console/tsconfig.json src/spec/errors.def src/spec/roles.def -newer console/dist/index.html 2>/dev/null | head -1)" ]; then
  ( cd console && npm run --silent build >&2 )
fi
