import { posix } from 'node:path';
import { IDS, pluginVolumePrefix } from '@nemoclaw/plugin-api';

/**
 * What the environment of the container would change for the supervisor, which is root in it: the loader, Node's own
 * options, trust, and our own names. Proxies are the way out, which is not a plugin's to choose.
 */
const PROTECTED_ENV = [
  /^LD_/,
  /^NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|V8_COVERAGE|DEBUG|COMPILE_CACHE|REPL_EXTERNAL_MODULE)$/,
  /^(?:SSL_CERT_FILE|SSL_CERT_DIR|OPENSSL_CONF|OPENSSL_MODULES|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/,
  /^(?:PATH|HOME|ENV|BASH_ENV|SHELLOPTS|IFS|GCONV_PATH|LOCPATH|GLIBC_TUNABLES|TMPDIR)$/,
  /^NEMOCLAW_/,
  /_proxy$/i,
];

/** Ours, and those that the engine and its tools take decisions by. */
const RESERVED_LABELS = /^(?:ai\.nemoclaw|com\.docker|io\.docker|org\.dockerproject)(?:\.|$)/i;

/** Accelerators. A list of what is allowed, since the device files that open the host have too many names to forbid. */
const ACCELERATORS =
  /^\/dev\/(?:nvidia\d+|nvidiactl|nvidia-(?:uvm|uvm-tools|modeset)|nvidia-caps\/[\w-]+|nvhost-[\w-]+|nvmap|nvgpu\/[\w/-]+|nvsciipc|dri\/(?:card|renderD)\d+|kfd|dxg|accel\/accel\d+|mali\d+|apex_\d+|hl\d+|davinci(?:\d+|_manager)|devmm_svm|hisi_hdc)$/;

const MOUNT_ROOTS = ['/mnt/', '/srv/', '/opt/plugins/'];

/** Each returns why it is refused, or `undefined`. */
export const refuseEnv = (name: string): string | undefined =>
  PROTECTED_ENV.some((pattern) => pattern.test(name))
    ? 'this variable changes how the sandbox itself works'
    : undefined;

export const refuseLabel = (name: string): string | undefined =>
  RESERVED_LABELS.test(name) ? 'labels under this name are reserved' : undefined;

const isNormal = (path: string): boolean =>
  path.startsWith('/') && posix.normalize(path) === path && !/[\0:,]/.test(path);

export const refuseDevice = (path: string): string | undefined =>
  isNormal(path) && ACCELERATORS.test(path)
    ? undefined
    : `${JSON.stringify(path)} is not the device file of an accelerator`;

/** A group of ours would open the sealed configuration, or the state, to the tools. */
export const refuseGroup = (gid: number): string | undefined =>
  (Object.values(IDS) as number[]).includes(gid) ? 'this group is one of the sandbox itself' : undefined;

/** `name@version` → `name`. */
export const packageOf = (plugin: string): string => {
  const at = plugin.lastIndexOf('@');
  return at > 0 ? plugin.slice(0, at) : plugin;
};

export const refuseVolume = (source: string, plugin: string): string | undefined => {
  const prefix = pluginVolumePrefix(packageOf(plugin));
  const rest = source.startsWith(prefix) ? source.slice(prefix.length) : '';
  return /^[a-z0-9][a-z0-9_-]{0,63}$/.test(rest) ? undefined : `the volume must be the plugin's own: ${prefix}<name>`;
};

export const refuseTarget = (target: string): string | undefined =>
  isNormal(target) &&
  !target.endsWith('/') &&
  MOUNT_ROOTS.some((root) => target.startsWith(root) && target.length > root.length)
    ? undefined
    : `a plugin may mount below ${MOUNT_ROOTS.join(', ')} only`;
