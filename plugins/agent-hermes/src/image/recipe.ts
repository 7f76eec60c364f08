import { readFileSync } from 'node:fs';
import type { AgentContribution } from '@nemoclaw/plugin-api';
import { INSTALL_ROOT, PYTHON, TOOLS_SSHD } from '../install.ts';
import { KNOWN_HOSTS } from '../tools/tools-host.ts';
import { HERMES_VERSION } from '../version.ts';

/** Same depth from `src/image` and `dist/image`. */
const SSHD_FILE = new URL('../../tools-host/sshd.py', import.meta.url);
const LOCK_FILE = new URL('../../lock/requirements.txt', import.meta.url);

/** What `lock/requirements.txt` was made from. Without the extra there is no aiohttp, and the port never opens. */
export const requirement = (): string => `hermes-agent[messaging]==${HERMES_VERSION}`;

const apt = (names: string): string =>
  [
    'export DEBIAN_FRONTEND=noninteractive',
    'apt-get update -qq',
    `apt-get install -qq -y --no-install-recommends ${names} > /dev/null`,
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

/**
 * For ssh as the gateway: the tools' sshd is known by its key, and by nothing else. Hermes itself would take any key of
 * a host that it does not know yet.
 */
const SSH_CONF = `Host 127.0.0.1
  GlobalKnownHostsFile ${KNOWN_HOSTS}
  UserKnownHostsFile /dev/null
  HostKeyAlgorithms ssh-ed25519
  IdentitiesOnly yes
  ForwardAgent no
  ForwardX11 no
  UpdateHostKeys no
  LogLevel ERROR
`;

/** Two stages: pip stays in the builder; the agent's image gets Debian's Python, 3.11 or newer, and the installed tree. */
export const image: AgentContribution['image'] = ({ base, builder }) => ({
  dockerfile: `FROM ${builder} AS hermes
WORKDIR /opt/hermes-build
COPY requirements.txt ./
RUN ${apt('python3-venv')}
RUN ${INSTALL}

FROM ${base}
RUN ${apt('python3 openssh-client openssh-server')} \
 && rm -f /etc/ssh/ssh_host_* \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
COPY ssh.conf /etc/ssh/ssh_config.d/nemoclaw.conf
COPY sshd.py ${TOOLS_SSHD}
COPY node-path.sh /etc/profile.d/nemoclaw-node.sh
COPY --from=hermes ${INSTALL_ROOT} ${INSTALL_ROOT}
`,
  files: [
    { path: 'requirements.txt', content: readFileSync(LOCK_FILE, 'utf8') },
    { path: 'ssh.conf', content: SSH_CONF, mode: 0o444 },
    { path: 'sshd.py', content: readFileSync(SSHD_FILE, 'utf8'), mode: 0o444 },
    // Its first shell is a login shell, and Debian's /etc/profile begins its PATH anew.
    { path: 'node-path.sh', content: 'PATH="/opt/node/bin:$PATH"\n', mode: 0o444 },
  ],
  buildArgs: {},
  hostNetwork: true,
});
