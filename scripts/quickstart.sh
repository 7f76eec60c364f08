#!/bin/sh
# One command from a fresh clone to a sandboxed agent that answers. `--clean` takes everything away again that it made.
began=$(date +%s)
. "$(dirname -- "$0")/bootstrap.sh"
tools_done=$(date +%s)
echo "== Installing and building the workspace" >&2
. "$root/scripts/build.sh"
built=$(date +%s)
export NEMOCLAW_QUICKSTART_TIMES="tools=$((tools_done - began)),build=$((built - tools_done))"
node "$root/scripts/quickstart/main.ts" "$@" || exit $?
case " $* " in
  *' --clean '*)
    # Last of all the tools themselves, which the step above still ran on.
    rm -rf "$root/.tools" "$root/node_modules"
    rm -rf "$root"/packages/*/node_modules "$root"/plugins/*/node_modules "$root"/packages/*/dist "$root"/plugins/*/dist
    echo "Removed the checkout's tools, packages and builds." >&2
    ;;
esac
