import type { AgentConfigInput } from '@nemoclaw/plugin-api';
import { IDS, PATHS } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import agent from '../index.ts';
import { configure } from './configure.ts';
import { answerBudget } from './openclaw-json.ts';

const TOKEN = 'a-token-of-the-sandbox-0123456789';

const input = (profile: string, contextTokens = 131_072): AgentConfigInput => ({
  sandbox: { id: '1f0c', name: 'demo' },
  model: { id: 'some/model:7b', contextTokens, baseUrl: 'https://inference.local/v1' },
  profile: agent.profiles.find(({ id }) => id === profile) ?? { id: profile, promptTokens: 1, answerTokens: 1 },
  token: TOKEN,
  isolation: 'shared',
});

const sealedJson = (configInput: AgentConfigInput) => {
  const { sealed } = configure(configInput);
  expect(sealed.map(({ path }) => path)).toEqual(['openclaw.json']);
  return JSON.parse(sealed[0]!.content);
};

describe('sealed configuration', () => {
  it('listens on loopback only, with the token, and answers chat completions', () => {
    const { gateway } = sealedJson(input('full'));
    expect(gateway).toMatchObject({ mode: 'local', bind: 'loopback', auth: { mode: 'token', token: TOKEN } });
    expect(gateway.http.endpoints.chatCompletions.enabled).toBe(true);
    expect(gateway.port).toBe(configure(input('full')).runtime.gatewayPort);
  });

  it('knows no provider but the relay, with the context that the model really has', () => {
    const { models, agents } = sealedJson(input('full', 32_768));
    expect(models.mode).toBe('replace');
    expect(Object.keys(models.providers)).toEqual(['inference']);
    expect(models.providers.inference).toMatchObject({ baseUrl: 'https://inference.local/v1' });
    expect(models.providers.inference.models).toMatchObject([{ id: 'some/model:7b', contextWindow: 32_768 }]);
    expect(agents.defaults.model.primary).toBe('inference/some/model:7b');
  });

  it('closes what starts work or talks to the world by itself', () => {
    const config = sealedJson(input('full'));
    expect(config.gateway).toMatchObject({ terminal: { enabled: false }, controlUi: { enabled: false } });
    expect(config).toMatchObject({
      cron: { triggers: { enabled: false } },
      update: { checkOnStart: false, auto: { enabled: false } },
      telemetry: { enabled: false },
      discovery: { mdns: { mode: 'off' } },
      models: { catalogRefresh: { enabled: false } },
      agents: { defaults: { heartbeat: { every: '0m' } } },
    });
  });

  it('makes room in a small context: fewer tools, no skills, no bootstrap files', () => {
    const compact = sealedJson(input('compact', 8_192));
    expect(compact.tools).toMatchObject({ profile: 'minimal', alsoAllow: ['exec'] });
    expect(compact.skills).toEqual({ allowBundled: [] });
    expect(compact.agents.defaults.skipBootstrap).toBe(true);
    const full = sealedJson(input('full'));
    expect(full.tools.profile).toBeUndefined();
    expect(full.skills).toBeUndefined();
  });

  it('refuses a profile that it does not have', () => {
    expect(() => configure(input('huge'))).toThrow(/no prompt profile "huge".*full, compact/);
  });
});

describe('runtime', () => {
  const { runtime, initialState } = configure(input('full'));

  it('holds the token nowhere: everybody in the sandbox can read a process’s environment and arguments', () => {
    expect(JSON.stringify(runtime)).not.toContain(TOKEN);
    expect(JSON.stringify(initialState)).not.toContain(TOKEN);
  });

  it('starts the gateway by absolute paths, in a folder that its uid may enter', () => {
    expect(runtime.command[0]).toBe(PATHS.node);
    expect(runtime.command[1]).toMatch(/^\/opt\/openclaw\/.*openclaw\.mjs$/);
    expect(runtime.command.join(' ')).toContain('--bind loopback');
    expect(runtime.cwd).toBe('/workspace');
  });

  it('keeps the gateway the process that is started: a compile cache in the environment puts a launcher before it', () => {
    expect(runtime.env).not.toHaveProperty('NODE_COMPILE_CACHE');
    expect(runtime.env.TMPDIR).toBe('/home/gateway/tmp');
    expect(runtime.env.OPENCLAW_NO_RESPAWN).toBe('1');
  });

  it('trusts the sandbox CA, goes out through the egress proxy, and reaches the model without it', () => {
    expect(runtime.env).toMatchObject({
      NODE_EXTRA_CA_CERTS: '/etc/nemoclaw/ca.pem',
      SSL_CERT_FILE: '/run/nemoclaw-public/ca-bundle.pem',
      HTTPS_PROXY: 'http://egress.nemoclaw.internal:3128',
      OPENCLAW_CONFIG_PATH: '/etc/nemoclaw/agent/openclaw.json',
    });
    expect(runtime.env.NO_PROXY?.split(',')).toContain('inference.local');
    expect(runtime.env.no_proxy).toBe(runtime.env.NO_PROXY);
  });

  it('is started by /startupz, not by being alive', () => {
    expect(runtime.health.started).toEqual({
      path: '/startupz',
      status: 200,
      field: { name: 'status', equals: 'started' },
    });
    expect(runtime.configRefusedExitCodes).toEqual([78]);
    expect(runtime.softRestart?.signal).toBe('SIGUSR2');
  });

  it('makes its folders in the state volume for the gateway alone', () => {
    expect(initialState.map(({ path }) => path)).toEqual(expect.arrayContaining(['.openclaw', 'tmp']));
    for (const entry of initialState) expect(entry).toMatchObject({ mode: 0o700, uid: IDS.gateway, gid: IDS.gateway });
  });
});

it.each([
  [131_072, 4_096, 4_096],
  [8_192, 1_024, 1_024],
  [3_000, 1_024, 750],
  [512, 1_024, 256],
])('of %i tokens of context and %i wished for, an answer gets %i', (context, wish, budget) => {
  expect(answerBudget(context, wish)).toBe(budget);
});

describe('tools with a uid of their own', () => {
  const separate = (profile: string) => configure({ ...input(profile), isolation: 'separate' });
  const { runtime, initialState } = separate('full');

  it.each(['full', 'compact'])('leaves nothing that acts inside the gateway’s process (%s)', (profile) => {
    const { tools, agents, cron, gateway, plugins } = JSON.parse(separate(profile).sealed[0]!.content);
    expect(['exec', 'process', 'session_status', 'progress_card']).toEqual(expect.arrayContaining(tools.allow));
    expect(tools).not.toHaveProperty('alsoAllow');
    expect(tools.exec).toEqual({ host: 'node', node: 'tools' });
    expect(tools.elevated.enabled).toBe(false);
    // The gateway runs git in its workspace and reads instructions from it.
    expect(agents.defaults.workspace).toMatch(/^\/home\/gateway\//);
    expect(cron.triggers.enabled).toBe(false);
    expect(gateway.nodes).toMatchObject({ pairing: { autoApproveLocal: false }, pluginTools: { enabled: false } });
    expect(plugins.allow).toEqual(['memory-core']);
  });

  it('starts the node host under the name that the configuration sends commands to, without the token', () => {
    const { command = [], env = {}, liaison } = runtime.tools ?? {};
    expect(command[command.indexOf('--display-name') + 1]).toBe('tools');
    expect(JSON.stringify({ command, env, liaison })).not.toContain(TOKEN);
    expect(Object.keys(env).filter((name) => /TOKEN|PASSWORD|CONFIG/.test(name))).toEqual([]);
    expect(liaison?.command[0]).toBe(PATHS.node);
    expect(runtime.cwd).toBe(PATHS.gatewayHome);
  });

  it('tells the model where its commands run', () => {
    const note = initialState.find(({ path }) => path.endsWith('AGENTS.md'));
    expect(note?.content).toContain('/workspace');
    expect(note).toMatchObject({ uid: IDS.gateway, mode: 0o600 });
  });

  it('has no process for tools that share the gateway’s uid', () => {
    expect(configure(input('full')).runtime.tools).toBeUndefined();
  });
});
