#!/bin/sh
# What every change must pass, without an engine: types, lint, dead code, unit tests.
. "$(dirname -- "$0")/bootstrap.sh"
install_workspace || exit
. "$root/scripts/checks.sh"
echo '== Unit tests' >&2
exec vitest run --project unit "$@"
