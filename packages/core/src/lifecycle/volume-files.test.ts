import { createHash } from 'node:crypto';
import { type AgentConfigOutput, type FileEntry, IDS, PATHS } from '@nemoclaw/plugin-api';
import type { RelayConfig } from '@nemoclaw/relay/protocol';
import { STATE_LOCK_FILE, type SupervisorConfig } from '@nemoclaw/supervisor/protocol';
import { describe, expect, it } from 'vitest';
import {
  NONCE_FILE,
  type RelayFilesInput,
  relayFiles,
  sealedFiles,
  stateFiles,
  workspaceFiles,
} from './volume-files.ts';

const TOKEN = 'the-ingress-token';
const agent: AgentConfigOutput = {
  runtime: {
    agent: 'claw',
    version: '1.0.0',
    command: ['/usr/bin/claw', 'run'],
    env: { HOME: PATHS.gatewayHome },
    cwd: '/',
    gatewayPort: 18_789,
    health: { live: { path: '/healthz', status: 200 }, started: { path: '/startupz', status: 200 } },
    stop: { signal: 'SIGTERM', drainMs: 1000, expectedExitCodes: [0] },
    configRefusedExitCodes: [78],
    startTimeoutMs: 1000,
  },
  sealed: [
    { path: 'claw.json', content: JSON.stringify({ token: TOKEN }) },
    { path: 'rules.md', content: 'é' },
  ],
  initialState: [{ path: 'state', type: 'directory', mode: 0o700, uid: IDS.gateway, gid: IDS.gateway }],
};
const byPath = (files: FileEntry[]) => Object.fromEntries(files.map((file) => [file.path, file]));
const text = (file: FileEntry | undefined) => String(file?.content);
const owner = (file: FileEntry | undefined) => [file?.uid, file?.gid, file?.mode];

describe('the sealed volume', () => {
  const files = byPath(
    sealedFiles({ sandboxId: 's1', generation: 'g1', groups: [44], agent, caPem: 'CA', nonce: 'abc' }),
  );
  const supervisor = JSON.parse(text(files['supervisor.json'])) as SupervisorConfig;

  it('is root’s own; the gateway reads its own files and writes none', () => {
    for (const file of Object.values(files)) expect(file.uid).toBe(0);
    expect(owner(files['.'])).toEqual([0, 0, 0o755]);
    expect(owner(files['supervisor.json'])).toEqual([0, 0, 0o400]);
    expect(owner(files[NONCE_FILE])).toEqual([0, 0, 0o400]);
    expect(owner(files['ca.pem'])).toEqual([0, 0, 0o444]);
    expect(owner(files.agent)).toEqual([0, IDS.gateway, 0o750]);
    expect(owner(files['agent/claw.json'])).toEqual([0, IDS.gateway, 0o640]);
  });

  it('has the hash of each sealed file as it is written, by its path in the container', () => {
    const hashes = agent.sealed.map(({ path }) => [
      `${PATHS.sealedAgent}/${path}`,
      createHash('sha256')
        .update(text(files[`agent/${path}`]))
        .digest('hex'),
    ]);
    expect(supervisor.sealedHashes).toEqual(Object.fromEntries(hashes));
  });

  it('tells the supervisor whose it is, and no secret', () => {
    expect(supervisor).toMatchObject({ sandboxId: 's1', generation: 'g1', groups: [44], runtime: { agent: 'claw' } });
    expect(text(files['supervisor.json'])).not.toContain(TOKEN);
  });
});

describe('the state volume', () => {
  const files = byPath(stateFiles({ agent, nonce: 'abc' }));

  it('is sticky, so that the gateway can take away neither lock nor nonce', () => {
    expect(owner(files['.'])).toEqual([0, IDS.gateway, 0o1770]);
    expect(owner(files[NONCE_FILE])).toEqual([0, 0, 0o400]);
    expect(owner(files[STATE_LOCK_FILE])).toEqual([0, 0, 0o600]);
    expect(text(files[NONCE_FILE])).toBe('abc\n');
  });

  it('begins with what the agent wants there', () => {
    expect(files.state).toEqual(agent.initialState[0]);
  });
});

it('the workspace is shared through its group, which new files inherit', () => {
  const files = byPath(workspaceFiles({ nonce: 'abc' }));
  expect(owner(files['.'])).toEqual([IDS.gateway, IDS.workspace, 0o3770]);
  expect(owner(files[NONCE_FILE])).toEqual([0, 0, 0o400]);
});

describe('the relay’s volume', () => {
  const KEY = 'sk-the-provider-key';
  const input: RelayFilesInput = {
    sandboxId: 's1',
    provider: {
      id: 'openai',
      baseUrl: 'https://api.example.com/v1',
      auth: { kind: 'bearer' },
      headers: {},
      allowed: ['GET /v1/models'],
    },
    credential: KEY,
    certificate: { certPem: 'CERT', keyPem: 'LEAF-KEY' },
    subnets: { sandbox: '10.0.0.0/28', egress: '10.0.1.0/24' },
    holdMs: 1000,
    nonce: 'abc',
  };
  const written = (more: Partial<RelayFilesInput> = {}) => {
    const files = byPath(relayFiles({ ...input, ...more }));
    return { files, config: JSON.parse(text(files['relay.json'])) as RelayConfig };
  };

  it('is the relay’s own, read-only, save for the nonce', () => {
    const { files } = written();
    for (const [path, file] of Object.entries(files))
      expect(owner(file)).toEqual(
        path === NONCE_FILE ? [0, 0, 0o400] : [IDS.relay, IDS.relay, path === '.' ? 0o500 : 0o400],
      );
  });

  it('has the key in a file of its own and not in its configuration', () => {
    const { files, config } = written();
    expect(text(files['provider.key'])).toBe(KEY);
    expect(config.inference.provider.auth).toEqual({ kind: 'bearer', keyFile: 'provider.key' });
    expect(text(files['relay.json'])).not.toContain(KEY);
    expect(text(files['relay.json'])).not.toContain('LEAF-KEY');
  });

  it('has no key file without a credential, nor where the provider wants none', () => {
    const without = written({ credential: undefined });
    expect(without.files).not.toHaveProperty('provider.key');
    expect(without.config.inference.provider.auth).toEqual({ kind: 'none' });
    const unwanted = written({ provider: { ...input.provider, auth: { kind: 'none' } } });
    expect(unwanted.config.inference.provider.auth).toEqual({ kind: 'none' });
    expect(unwanted.files).not.toHaveProperty('provider.key');
  });

  it('lets nothing out by default', () => {
    expect(written().config.egress.mode).toBe('closed');
  });
});
