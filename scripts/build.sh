# Sourced after bootstrap.sh: installs the workspace's packages and builds them. Quick when nothing has changed.
pnpm install --frozen-lockfile --reporter=append-only --loglevel=error >&2 || exit 1
pnpm run --silent build >&2 || exit 1
