import { readFileSync } from 'node:fs';
import type { AgentContribution } from '@nemoclaw/plugin-api';
import { INSTALL_ROOT, PYTHON } from '../install.ts';
import { HERMES_VERSION } from '../version.ts';

/** Same depth from `src/image` and `dist/image`. */
const LOCK_FILE = new URL('../../lock/requirements.txt', import.meta.url);

/** What `lock/requirements.txt` was made from. Without the extra there is no aiohttp, and the port never opens. */
export const requirement = (): string => `hermes-agent[messaging]==${HERMES_VERSION}`;

const apt = (name: string): string =>
  [
    'export DEBIAN_FRONTEND=noninteractive',
    'apt-get update -qq',
    `apt-get install -qq -y --no-install-recommends ${name} > /dev/null`,
    'rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt/* /var/log/dpkg.log',
  ].join(' \\\n && ');

/**
 * Wheels only, each held to its hash: nothing is compiled and no package's code runs. Modules are compiled here, by the
 * content of their source, since nobody can write beside them later and a copied file's time means nothing.
 */
const INSTALL = [
  `python3 -m venv ${INSTALL_ROOT}`,
  `${PYTHON} -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile --no-deps --require-hashes --only-binary :all: -r requirements.txt`,
  `${PYTHON} -m pip uninstall --quiet --yes pip`,
  `${PYTHON} -m compileall -q --invalidation-mode unchecked-hash ${INSTALL_ROOT}/lib`,
  `chown -R 0:0 ${INSTALL_ROOT} && chmod -R go-w ${INSTALL_ROOT}`,
].join(' \\\n && ');

/** Two stages: pip stays in the builder; the agent's image gets Debian's Python, 3.11 or newer, and the installed tree. */
export const image: AgentContribution['image'] = ({ base, builder }) => ({
  dockerfile: `FROM ${builder} AS hermes
WORKDIR /opt/hermes-build
COPY requirements.txt ./
RUN ${apt('python3-venv')}
RUN ${INSTALL}

FROM ${base}
RUN ${apt('python3')}
COPY --from=hermes ${INSTALL_ROOT} ${INSTALL_ROOT}
`,
  files: [{ path: 'requirements.txt', content: readFileSync(LOCK_FILE, 'utf8') }],
  buildArgs: {},
  hostNetwork: true,
});
