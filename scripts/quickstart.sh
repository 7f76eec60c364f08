#!/bin/sh
# One command from a fresh clone to a sandboxed agent that answers. `--clean` takes everything away again that it made.
here=$(dirname -- "$0")
clean=
for argument in "$@"; do
  case $argument in
    --clean) clean=yes ;;
    *)
      echo "Usage: npm run quickstart [-- --clean]" >&2
      exit 2
      ;;
  esac
done
if [ -n "$clean" ] && [ ! -d "$here/../.tools" ]; then
  echo 'There is nothing to take away.' >&2
  exit 0
fi

began=$(date +%s)
. "$here/bootstrap.sh"
tools_done=$(date +%s)
# Without a ledger nothing was made outside the checkout, and --clean needs no build for that.
if [ -z "$clean" ] || [ -f "$root/.tools/quickstart.json" ]; then
  sh "$here/build.sh" || exit
  built=$(date +%s)
  export NEMOCLAW_QUICKSTART_TIMES="tools=$((tools_done - began)),build=$((built - tools_done))"
  if [ -z "$clean" ]; then exec node "$root/scripts/quickstart/main.ts"; fi
  node "$root/scripts/quickstart/main.ts" --clean || exit
fi

# Last of all the tools themselves, which all of the above ran on.
store=$(cat "$root/.tools/pnpm-store" 2>/dev/null)
case $store in */pnpm/store/*) rm -rf -- "$store" ;; esac
for folder in "$root" "$root"/packages/* "$root"/plugins/*; do
  rm -rf -- "$folder/node_modules" "$folder/dist"
done
rm -rf -- "$root/.tools"
echo "Removed the checkout's tools, packages and builds." >&2
