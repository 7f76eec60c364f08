#!/bin/sh
# with-node.sh COMMAND [ARG ...]: runs a command with the checkout's own Node and tools first on PATH.
. "$(dirname -- "$0")/bootstrap.sh"
[ -f "$root/node_modules/.modules.yaml" ] || install_workspace || exit
exec "$@"
