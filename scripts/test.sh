#!/bin/sh
# Everything: set-up, build, types, lint, dead code, unit tests, tests on a real engine. The last line, `N passed,
# N failed`, is the runner's count; a step that ends it before the tests counts as one failure.
. "$(dirname -- "$0")/bootstrap.sh"
cd "$root" || exit
NEMOCLAW_CLOSING_LINE=$(mktemp) || exit
export NEMOCLAW_CLOSING_LINE
close() {
  code=$?
  trap - EXIT
  if [ -s "$NEMOCLAW_CLOSING_LINE" ]; then cat "$NEMOCLAW_CLOSING_LINE"; else echo '0 passed, 1 failed'; fi
  rm -f "$NEMOCLAW_CLOSING_LINE"
  exit "$code"
}
trap close EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

sh "$root/scripts/build.sh" || exit
. "$root/scripts/checks.sh"
echo '== Engine and images' >&2
NEMOCLAW_BASE_IMAGE=$(node "$root/scripts/quickstart/engine-only.ts") || exit
export NEMOCLAW_BASE_IMAGE
echo '== Tests' >&2
# Arguments choose other tests, e.g. `npm test -- --project slow`.
[ $# -gt 0 ] || set -- --project unit --project integration
vitest run --reporter=default --reporter="$root/scripts/closing-line.ts" "$@"
