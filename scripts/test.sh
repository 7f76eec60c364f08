#!/bin/sh
# Everything: set-up, build, types, lint, dead code, unit tests, tests on a real engine. Ends with the runner's summary.
. "$(dirname -- "$0")/bootstrap.sh"
echo "== Installing and building the workspace" >&2
. "$root/scripts/build.sh"
set -e
echo "== Types" >&2
tsc -p tsconfig.test.json
echo "== Lint and format" >&2
biome check .
echo "== Dead code" >&2
knip
echo "== Engine and images" >&2
node "$root/scripts/quickstart/engine-only.ts"
echo "== Tests" >&2
exec vitest run "$@"
