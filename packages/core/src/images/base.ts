import { IDS, type ImageRecipe, LABELS } from '@nemoclaw/plugin-api';
import { imageTag } from './address.ts';
import { nodeArchitecture } from './architecture.ts';
import { GPU_PROOF_SOURCE } from './gpu-proof.ts';

const NODE_MAJOR = 24;
const NPM_MAJOR = 11;

export interface BaseInput {
  /** Reference of the parent: Debian trixie, or Node on it. */
  parent: string;
  /** What the reference resolved to; part of the address. */
  parentId: string;
  /** As the engine says it: `amd64` or `arm64`. */
  architecture: string;
  /** Further roots that the build trusts, PEM; never part of a sandbox. */
  buildCaPem?: string;
  proxyEnv: Record<string, string>;
  npmRegistry?: string;
  hostNetwork: boolean;
}

/** dpkg syncs each file to disk by default; an image layer that a power cut spoils is built again anyway. */
const APT_INSTALL =
  'apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io' +
  " -o Dpkg::Options::='--path-exclude=/usr/share/doc/*' -o Dpkg::Options::='--path-exclude=/usr/share/man/*'" +
  " -o Dpkg::Options::='--path-exclude=/usr/share/locale/*'";

const APT_CLEAN = 'rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log';

/**
 * Debian's own npm is 380 packages (28 s on 2 cores); its corepack comes with 15 and brings npm by itself (2 s).
 * Older suites have no corepack, and a parent that has npm needs neither.
 */
const GET_NODE = `
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if command -v npm >/dev/null; then npm=npm; ${APT_INSTALL} ca-certificates gcc libc6-dev
else
  ${APT_INSTALL} ca-certificates gcc libc6-dev nodejs
  if command -v corepack >/dev/null; then npm='corepack npm@${NPM_MAJOR}'; else ${APT_INSTALL} npm; npm=npm; fi
fi
cat /etc/ssl/certs/ca-certificates.crt /opt/build/extra-ca.pem > /opt/build/ca.pem
if [ -n "$NPM_REGISTRY" ]; then export COREPACK_NPM_REGISTRY="$NPM_REGISTRY" npm_config_registry="$NPM_REGISTRY"; fi
export NODE_EXTRA_CA_CERTS=/opt/build/ca.pem npm_config_cafile=/opt/build/ca.pem
export COREPACK_HOME=/tmp/corepack COREPACK_ENABLE_DOWNLOAD_PROMPT=0
$npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix /tmp/fetch "$NODE_PACKAGE@${NODE_MAJOR}" npm@${NPM_MAJOR}
mkdir -p /opt/node/bin /opt/node/lib/node_modules /opt/nemoclaw/bin
cp "/tmp/fetch/node_modules/$NODE_PACKAGE/bin/node" /opt/node/bin/node
cp "/tmp/fetch/node_modules/$NODE_PACKAGE/LICENSE" /opt/node/LICENSE
strip /opt/node/bin/node
mv /tmp/fetch/node_modules/npm /opt/node/lib/node_modules/npm
ln -s ../lib/node_modules/npm/bin/npm-cli.js /opt/node/bin/npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js /opt/node/bin/npx
gcc -O2 -s -Wall -Werror -o /opt/nemoclaw/bin/gpu-proof /opt/build/gpu-proof.c -ldl
rm -rf /tmp/fetch /tmp/corepack /root/.npm
${APT_CLEAN}
/opt/node/bin/node --version
`;

const builderDockerfile = (parent: string, registry: string | undefined): string => `FROM ${parent}
USER 0:0
ARG NODE_PACKAGE
ARG NPM_REGISTRY
COPY extra-ca.pem gpu-proof.c get-node.sh /opt/build/
RUN sh -eu /opt/build/get-node.sh
ENV PATH=/opt/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
    NODE_EXTRA_CA_CERTS=/opt/build/ca.pem SSL_CERT_FILE=/opt/build/ca.pem PIP_CERT=/opt/build/ca.pem \\
    npm_config_cafile=/opt/build/ca.pem npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false${
      registry === undefined ? '' : ` \\\n    npm_config_registry=${JSON.stringify(registry)}`
    }
ENTRYPOINT []
CMD ["/bin/bash"]
`;

/** Numbers, not names, decide; the entries are there so that `id`, `ls` and programs that look themselves up are content. */
const USERS = [
  `gateway:x:${IDS.gateway}:${IDS.gateway}::/home/gateway:/usr/sbin/nologin`,
  `tools:x:${IDS.tools}:${IDS.tools}::/home/tools:/bin/bash`,
  `relay:x:${IDS.relay}:${IDS.relay}::/nonexistent:/usr/sbin/nologin`,
];
const GROUPS = [
  `gateway:x:${IDS.gateway}:`,
  `tools:x:${IDS.tools}:`,
  `relay:x:${IDS.relay}:`,
  `workspace:x:${IDS.workspace}:gateway,tools`,
];

/** No program of a sandbox may gain rights by being run: setuid and setgid bits go, package by package tools included. */
const FINISH = `
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
${APT_INSTALL} ca-certificates util-linux git curl less procps
${APT_CLEAN}
printf '%s\\n' ${USERS.map((line) => `'${line}'`).join(' ')} >> /etc/passwd
printf '%s\\n' ${GROUPS.map((line) => `'${line}'`).join(' ')} >> /etc/group
find / -xdev -type f -perm /6000 -exec chmod a-s {} +
mkdir -p /home/gateway /home/tools /workspace /etc/nemoclaw /etc/nemoclaw-relay /run
chown ${IDS.gateway}:${IDS.gateway} /home/gateway
chown ${IDS.tools}:${IDS.tools} /home/tools
chown ${IDS.gateway}:${IDS.workspace} /workspace
chmod 0700 /home/gateway /home/tools
chmod 2770 /workspace
`;

const baseDockerfile = (parent: string, builder: string): string => `FROM ${parent}
USER 0:0
COPY finish.sh /tmp/finish.sh
RUN sh -eu /tmp/finish.sh && rm /tmp/finish.sh
COPY --from=${builder} /opt/node/LICENSE /opt/node/LICENSE
COPY --from=${builder} /opt/node/bin/node /opt/node/bin/node
COPY --from=${builder} /opt/nemoclaw/bin/gpu-proof /opt/nemoclaw/bin/gpu-proof
ENV PATH=/opt/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
ENTRYPOINT []
CMD ["/bin/bash"]
`;

/**
 * The two images that all others come from. `builder` has Node, npm, a C compiler and the build's CA, and never runs
 * in a sandbox; `base` has the binaries it made and what a sandbox's shell needs. Build them in this order.
 */
export const baseRecipe = (input: BaseInput): { builder: ImageRecipe; base: ImageRecipe } => {
  const shared = { labels: { [LABELS.managed]: 'true' }, hostNetwork: input.hostNetwork };
  const builder = {
    dockerfile: builderDockerfile(input.parent, input.npmRegistry),
    files: [
      { path: 'extra-ca.pem', content: input.buildCaPem ?? '' },
      { path: 'gpu-proof.c', content: GPU_PROOF_SOURCE },
      { path: 'get-node.sh', content: GET_NODE },
    ],
    buildArgs: {
      ...input.proxyEnv,
      NODE_PACKAGE: `node-linux-${nodeArchitecture(input.architecture)}`,
      NPM_REGISTRY: input.npmRegistry ?? '',
    },
  };
  const builderTag = imageTag('nemoclaw-base-build', { ...builder, parents: [input.parentId] });
  const base = {
    dockerfile: baseDockerfile(input.parent, builderTag),
    files: [{ path: 'finish.sh', content: FINISH }],
    buildArgs: { ...input.proxyEnv },
  };
  return {
    builder: { ...shared, ...builder, tag: builderTag },
    base: { ...shared, ...base, tag: imageTag('nemoclaw-base', { ...base, parents: [input.parentId] }) },
  };
};
