import { type AgentConfigOutput, type FileEntry, PATHS, type ToolsHost } from '@nemoclaw/plugin-api';
import { SYSTEM_PYTHON, TOOLS_SSHD } from '../install.ts';
import { sshKey } from './keys.ts';

/** Loopback port of the tools' sshd inside the agent container. */
export const TOOLS_PORT = 18_643;
export const TOOLS_USER = 'tools';

const KEY_FILE = 'tools_ed25519';
const KNOWN_HOSTS_FILE = 'known_hosts';
const HOST_KEY_FILE = 'host_ed25519';
const AUTHORIZED_FILE = 'authorized_keys';

/** The gateway's key for its tools' sshd, by absolute path. */
export const TOOLS_KEY = `${PATHS.sealedAgent}/${KEY_FILE}`;
export const KNOWN_HOSTS = `${PATHS.sealedAgent}/${KNOWN_HOSTS_FILE}`;

/**
 * Where commands start: a link of root's to the workspace. Written with `~`, which only the tools' own shell opens: what
 * Hermes takes for its working directory it also reads instructions from, and it does so as the gateway.
 */
export const TOOLS_FOLDER = 'workspace';

/** sshd under the tools' uid: it runs commands as the uid that it has itself, and can do nothing else. */
export const toolsHost = (): ToolsHost => ({
  command: [SYSTEM_PYTHON, TOOLS_SSHD],
  env: {},
  cwd: '/',
  port: TOOLS_PORT,
  startTimeoutMs: 20_000,
});

const sshdConfig = `Port ${TOOLS_PORT}
ListenAddress 127.0.0.1
HostKey ${PATHS.sealedTools}/${HOST_KEY_FILE}
AuthorizedKeysFile ${PATHS.sealedTools}/${AUTHORIZED_FILE}
AllowUsers ${TOOLS_USER}
AuthenticationMethods publickey
UsePAM no
PidFile none
UseDNS no
PrintMotd no
PrintLastLog no
LogLevel ERROR
MaxSessions 64
MaxStartups 64
PermitUserRC no
PermitUserEnvironment no
AllowAgentForwarding no
AllowTcpForwarding no
AllowStreamLocalForwarding no
PermitTunnel no
X11Forwarding no
`;

/**
 * Two keys that come from the token: the gateway's, and the sshd's own, by which the gateway knows it. The tools can
 * read the second, so one of them may take the port while sshd is away; it is then the tools' uid as before.
 */
export const toolsFiles = (
  token: string,
): Required<Pick<AgentConfigOutput, 'sealed' | 'sealedTools' | 'initialTools'>> => {
  const gateway = sshKey(token, 'gateway');
  const host = sshKey(token, 'host');
  return {
    sealed: [
      { path: KEY_FILE, content: gateway.privateKey },
      { path: KNOWN_HOSTS_FILE, content: `[127.0.0.1]:${TOOLS_PORT} ${host.publicKey}\n` },
    ],
    sealedTools: [
      { path: HOST_KEY_FILE, content: host.privateKey },
      { path: AUTHORIZED_FILE, content: `restrict,pty ${gateway.publicKey}\n` },
      { path: 'sshd_config', content: sshdConfig },
    ],
    initialTools: [
      { path: TOOLS_FOLDER, type: 'link', content: PATHS.workspace, mode: 0o777, ...ROOT },
      // Hermes copies skills and caches to where its commands run, and back. A folder that nobody can write to ends both:
      // nothing that the tools write comes into the gateway's home.
      { path: '.hermes', type: 'directory', mode: 0o555, ...ROOT },
    ],
  };
};

const ROOT: Pick<FileEntry, 'uid' | 'gid'> = { uid: 0, gid: 0 };
