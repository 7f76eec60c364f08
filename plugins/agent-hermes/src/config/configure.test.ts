import type { AgentConfigInput } from '@nemoclaw/plugin-api';
import { IDS } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import agent from '../index.ts';
import { answerBudget } from './config-yaml.ts';
import { configure } from './configure.ts';

const TOKEN = 'a-token-of-the-sandbox-0123456789';

const input = (profile: string, contextTokens = 131_072, token = TOKEN): AgentConfigInput => ({
  sandbox: { id: '1f0c', name: 'demo' },
  model: { id: 'some/model:7b', contextTokens, baseUrl: 'https://inference.local/v1' },
  profile: agent.profiles.find(({ id }) => id === profile)!,
  token,
  isolation: 'shared',
});

const sealed = (path: string, configInput: AgentConfigInput): string =>
  configure(configInput).sealed.find((entry) => entry.path === path)?.content ?? '';
/** JSON is YAML. */
const configYaml = (configInput: AgentConfigInput) => JSON.parse(sealed('config.yaml', configInput));

describe('sealed configuration', () => {
  it('has the token in `.env` and nowhere else, under the name that Hermes keeps from its tools', () => {
    expect(sealed('.env', input('full'))).toBe(`API_SERVER_KEY=${TOKEN}\n`);
    expect(sealed('config.yaml', input('full'))).not.toContain(TOKEN);
  });

  it.each([
    ['shorter than Hermes takes', 'short'],
    ['that ends the line', `${TOKEN}\nOTHER=1`],
    ['that is read otherwise', `${TOKEN}$HOME`],
    ['with a comment in it', `${TOKEN} # x`],
  ])('refuses a token %s', (_what, token) => {
    expect(() => configure(input('full', 131_072, token))).toThrow(/16 or more/);
  });

  it('listens on loopback only, on a port that Hermes has from no default', () => {
    const { api_server } = configYaml(input('full')).platforms;
    expect(api_server).toEqual({ enabled: true, extra: { host: '127.0.0.1', port: 18_642 } });
    expect(configure(input('full')).runtime.gatewayPort).toBe(18_642);
  });

  it('knows no provider but the relay, and no context below what Hermes insists on', () => {
    expect(configYaml(input('full', 200_000)).model).toMatchObject({
      provider: 'custom',
      default: 'some/model:7b',
      base_url: 'https://inference.local/v1',
      context_length: 200_000,
      max_tokens: 4_096,
    });
    expect(configYaml(input('compact', 8_192)).model).toMatchObject({ context_length: 64_000, max_tokens: 1_024 });
  });

  it('closes what starts work or fetches things by itself', () => {
    expect(configYaml(input('full'))).toMatchObject({
      kanban: { dispatch_in_gateway: false },
      curator: { enabled: false },
      model_catalog: { enabled: false },
      security: { allow_lazy_installs: false, tirith_enabled: false },
    });
    for (const { id } of agent.profiles)
      expect(configYaml(input(id)).platform_toolsets.api_server).not.toContain('cronjob');
  });

  it('makes room in a small context: the terminal alone, no memory, no guidance', () => {
    const compact = configYaml(input('compact', 8_192));
    expect(compact.platform_toolsets.api_server).toEqual(['terminal']);
    expect(compact.memory.memory_enabled).toBe(false);
    expect(configYaml(input('full')).memory.memory_enabled).toBe(true);
  });
});

describe('runtime', () => {
  const { runtime } = configure(input('full'));

  it('runs the installed Hermes by absolute paths, for a supervisor', () => {
    expect(runtime.command).toEqual([
      ...['/opt/hermes/bin/python3', '/opt/hermes/bin/hermes'],
      ...['gateway', 'run', '--external-supervisor'],
    ]);
  });

  it('trusts the sandbox CA, goes out through the egress proxy, and reaches the model without it', () => {
    expect(runtime.env).toMatchObject({
      SSL_CERT_FILE: '/run/nemoclaw-public/ca-bundle.pem',
      REQUESTS_CA_BUNDLE: '/run/nemoclaw-public/ca-bundle.pem',
      HTTPS_PROXY: 'http://egress.nemoclaw.internal:3128',
      HERMES_HOME: '/home/gateway/.hermes',
    });
    expect(runtime.env.NO_PROXY?.split(',')).toContain('inference.local');
  });

  it('stops by the signal whose exit code is no crash’s, after more time than Hermes gives a running answer', () => {
    expect(runtime.stop).toEqual({ signal: 'SIGUSR1', drainMs: 20_000, expectedExitCodes: [75, 0] });
    expect(configYaml(input('full')).agent.restart_drain_timeout * 1000).toBeLessThan(runtime.stop.drainMs);
    expect(runtime.configRefusedExitCodes).toEqual([78]);
    expect(runtime.softRestart).toBeUndefined();
  });
});

describe('first state', () => {
  const { initialState } = configure(input('full'));
  const entry = (path: string) => initialState.find((one) => one.path === path);

  it.each(['config.yaml', '.env'])('has a link of root’s to the sealed %s in a sticky folder of root’s', (name) => {
    expect(entry('.hermes')).toMatchObject({ type: 'directory', mode: 0o1770, uid: 0, gid: IDS.gateway });
    expect(entry(`.hermes/${name}`)).toMatchObject({ type: 'link', uid: 0, content: `/etc/nemoclaw/agent/${name}` });
  });

  it.each(['.hermes/cron', '.hermes/sessions', '.hermes/logs', '.hermes/memories', 'tmp'])(
    'has %s for the gateway alone',
    (path) => expect(entry(path)).toMatchObject({ type: 'directory', mode: 0o700, uid: IDS.gateway }),
  );
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
  const separate = configure({ ...input('full'), isolation: 'separate' });
  const config = JSON.parse(separate.sealed.find(({ path }) => path === 'config.yaml')?.content ?? '');
  const tools = separate.sealedTools ?? [];
  const toolsFile = (path: string) => tools.find((entry) => entry.path === path)?.content ?? '';

  it('sends commands to an sshd on loopback, by a key that only the gateway may read', () => {
    expect(config.terminal).toEqual({
      backend: 'ssh',
      cwd: '~/workspace',
      ssh_host: '127.0.0.1',
      ssh_port: separate.runtime.tools?.port,
      ssh_user: 'tools',
      ssh_key: '/etc/nemoclaw/agent/tools_ed25519',
    });
    expect(separate.sealed.map(({ path }) => path)).toContain('tools_ed25519');
    expect(tools.map(({ path }) => path).toSorted()).toEqual(['authorized_keys', 'host_ed25519', 'sshd_config']);
  });

  it('gives the tools neither the token nor the gateway’s key', () => {
    const gatewayKey = separate.sealed.find(({ path }) => path === 'tools_ed25519')?.content ?? '';
    const known = JSON.stringify({ tools, runtime: separate.runtime, first: separate.initialTools });
    expect(known).not.toContain(TOKEN);
    expect(gatewayKey).toContain('PRIVATE KEY');
    for (const line of gatewayKey.split('\n').slice(2, -2)) expect(known).not.toContain(line);
  });

  it('lets in the gateway alone, as the tools alone, on loopback alone', () => {
    const sshd = toolsFile('sshd_config');
    for (const line of ['ListenAddress 127.0.0.1', 'AllowUsers tools', 'AuthenticationMethods publickey', 'UsePAM no'])
      expect(sshd.split('\n')).toContain(line);
    expect(toolsFile('authorized_keys').trim().split('\n')).toEqual([
      expect.stringMatching(/^restrict,pty ssh-ed25519 /),
    ]);
  });

  it('leaves nothing that acts on files in the gateway’s own process', () => {
    expect(config.platform_toolsets.api_server).toEqual(['terminal', 'todo', 'memory', 'session_search']);
    expect(config.agent.coding_context).toBe('off');
    expect(config.checkpoints.enabled).toBe(false);
    expect(separate.runtime.cwd).toBe('/home/gateway');
  });

  it('lets nothing of the tools’ be copied into the gateway’s home', () => {
    expect(separate.initialTools).toContainEqual(
      expect.objectContaining({ path: '.hermes', type: 'directory', mode: 0o555, uid: 0 }),
    );
  });

  it('has no process for tools that share the gateway’s uid', () => {
    const shared = configure(input('full'));
    expect(shared.runtime.tools).toBeUndefined();
    expect(shared.sealedTools).toBeUndefined();
    expect(shared.sealed.map(({ path }) => path)).toEqual(['config.yaml', '.env']);
  });
});
