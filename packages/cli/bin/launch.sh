# Sourced by the two bins: finds a Node that is new enough and runs the program named by $entry.
# The caller sets $self to its own path with symbolic links followed (by hand: readlink -f is not everywhere).

package=$(CDPATH='' cd -P -- "$(dirname -- "$self")/.." && pwd)

case $(uname -s) in
  Darwin) os=darwin ;;
  *) os=linux ;;
esac
case $(uname -m) in
  arm64 | aarch64) arch=arm64 ;;
  *) arch=x64 ;;
esac

# A checkout brings its own Node.
folder=$package
while [ "$folder" != / ] && [ -n "$folder" ]; do
  node=$folder/.tools/node_modules/node-$os-$arch/bin/node
  [ -x "$node" ] && exec "$node" "$package/dist/$entry.js" "$@"
  folder=$(dirname -- "$folder")
done

if command -v node >/dev/null 2>&1; then
  version=$(node -p process.versions.node)
  major=${version%%.*}
  rest=${version#*.}
  if [ "$major" -gt 24 ] || { [ "$major" -eq 24 ] && [ "${rest%%.*}" -ge 16 ]; }; then
    exec node "$package/dist/$entry.js" "$@"
  fi
  found="Node $version is on PATH"
else
  found='no Node is on PATH'
fi
echo "$program: needs Node 24.16 or newer, and $found. Install a newer Node from https://nodejs.org, or in a checkout run: npm run quickstart" >&2
exit 1
