#!/bin/sh
# Installs the workspace's packages and builds them. Quick when nothing has changed.
. "$(dirname -- "$0")/bootstrap.sh"
set -e
cd "$root"
echo '== Installing the packages of the workspace' >&2
install_workspace
echo '== Building' >&2
tsc -b >&2
pnpm --filter nemoclaw --filter @nemoclaw/supervisor --filter @nemoclaw/relay run --silent bundle >&2
