import { rootCertificates } from 'node:tls';
import { type AgentConfigOutput, type FileEntry, IDS, PATHS } from '@nemoclaw/plugin-api';

const ROOT = { uid: 0, gid: 0 };
const ROOT_FOR_GATEWAY = { uid: 0, gid: IDS.gateway };

const folder = (path: string, owner: { uid: number; gid: number }, mode: number): FileEntry => ({
  path,
  type: 'directory',
  mode,
  ...owner,
});

/** The three volumes of an agent container with owners and modes as the core gives them. */
export const volumesOf = (output: AgentConfigOutput) => [
  {
    purpose: 'sealed',
    target: PATHS.sealed,
    readOnly: true,
    files: [
      folder('.', ROOT, 0o755),
      { path: 'ca.pem', type: 'file', content: `${rootCertificates[0]}\n`, mode: 0o444, ...ROOT },
      folder('agent', ROOT_FOR_GATEWAY, 0o750),
      ...output.sealed.map(
        ({ path, content }): FileEntry => ({
          ...{ path: `agent/${path}`, type: 'file', content, mode: 0o640 },
          ...ROOT_FOR_GATEWAY,
        }),
      ),
    ] satisfies FileEntry[],
  },
  {
    purpose: 'state',
    target: PATHS.gatewayHome,
    readOnly: false,
    files: [folder('.', ROOT_FOR_GATEWAY, 0o1770), ...output.initialState],
  },
  {
    purpose: 'workspace',
    target: PATHS.workspace,
    readOnly: false,
    files: [folder('.', { uid: IDS.gateway, gid: IDS.workspace }, 0o3770)],
  },
];
