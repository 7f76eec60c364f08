import { readFileSync } from 'node:fs';
import type { AgentContribution } from '@nemoclaw/plugin-api';
import { INSTALL_ROOT, LIAISON_SCRIPT } from '../install.ts';
import { OPENCLAW_VERSION } from '../version.ts';

/** Same depth from `src/image` and `dist/image`. */
const LOCK_FILE = new URL('../../lock/package-lock.json', import.meta.url);
const LIAISON_FILE = new URL('../../liaison/tools-liaison.mjs', import.meta.url);

/** The manifest that `lock/package-lock.json` belongs to; `npm ci` refuses to install when the two disagree. */
export const installManifest = (): string =>
  `${JSON.stringify({ name: 'openclaw-image', private: true, dependencies: { openclaw: OPENCLAW_VERSION } }, null, 2)}\n`;

/**
 * Install scripts do not run, but for OpenClaw's own: it restores a native file helper that some npm versions leave
 * out and removes the marker that makes the first start repair the installation, which a read-only root would refuse.
 *
 * What no gateway reads is dropped in the same step, before it becomes a layer: source maps, type declarations
 * (TypeScript's own stay: its code mode may read them) and the desktop driver, which has no desktop here.
 */
const INSTALL = [
  'npm ci --ignore-scripts --omit=dev --no-audit --no-fund --no-update-notifier --loglevel=error --cache /tmp/npm-cache',
  'node node_modules/openclaw/scripts/postinstall-bundled-plugins.mjs',
  String.raw`find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -not -path 'node_modules/typescript/*' -delete`,
  'rm -rf node_modules/@trycua/cua-driver-* /tmp/npm-cache',
  'chown -R 0:0 . && chmod -R go-w .',
].join(' \\\n && ');

/** Two stages: npm and its cache stay in the builder, the agent's image gets the installed tree only. */
export const image: AgentContribution['image'] = ({ base, builder }) => ({
  dockerfile: `FROM ${builder} AS openclaw
WORKDIR ${INSTALL_ROOT}
COPY package.json package-lock.json ./
RUN ${INSTALL}

FROM ${base}
COPY --from=openclaw ${INSTALL_ROOT} ${INSTALL_ROOT}
COPY tools-liaison.mjs ${LIAISON_SCRIPT}
COPY node-path.sh /etc/profile.d/nemoclaw-node.sh
`,
  files: [
    { path: 'package.json', content: installManifest() },
    { path: 'package-lock.json', content: readFileSync(LOCK_FILE, 'utf8') },
    // The node host starts login shells, and Debian's /etc/profile begins its PATH anew.
    { path: 'node-path.sh', content: 'PATH="/opt/node/bin:$PATH"\n', mode: 0o444 },
    { path: 'tools-liaison.mjs', content: readFileSync(LIAISON_FILE, 'utf8'), mode: 0o444 },
  ],
  buildArgs: {},
  hostNetwork: true,
});
