# Sourced by the two bins: finds a Node that is new enough and runs the program named by $entry.
# The caller sets $self to its own path with symbolic links followed (by hand: readlink -f is not everywhere).
# Few processes: each one is part of how long every command takes.

package=${self%/*}/..

# A checkout brings its own Node, somewhere above the package; one that several machines share may hold several.
for up in . .. ../.. ../../.. ../../../..; do
  tools=$package/$up/.tools/node_modules
  brought= several=
  for node in "$tools"/node-*/bin/node; do
    [ -x "$node" ] || continue
    several=$brought
    brought=$node
  done
  if [ -n "$several" ]; then
    case $(uname -sm) in
      'Darwin arm64') platform=darwin-arm64 ;;
      Darwin*) platform=darwin-x64 ;;
      *aarch64 | *arm64) platform=linux-arm64 ;;
      *) platform=linux-x64 ;;
    esac
    brought=$tools/node-$platform/bin/node
  fi
  [ -n "$brought" ] && exec "$brought" "$package/dist/$entry.js" "$@"
done

if version=$(node -p process.versions.node 2>/dev/null); then
  major=${version%%.*}
  rest=${version#*.}
  if [ "$major" -gt 24 ] || { [ "$major" -eq 24 ] && [ "${rest%%.*}" -ge 16 ]; }; then
    exec node "$package/dist/$entry.js" "$@"
  fi
  found="the one on PATH is $version"
else
  found='there is none on PATH'
fi
echo "$program needs Node 24.16 or newer, and $found. Install it from https://nodejs.org; in a checkout, \`npm run quickstart\` brings it." >&2
exit 1
