import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CodedError } from '@nemoclaw/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { renderSettingsReference, SETTINGS } from './settings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'nemoclaw config '));
});
afterEach(() => rmSync(home, { recursive: true }));

const file = (content: unknown): void =>
  writeFileSync(join(home, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content));
const refusal = (env: Record<string, string>): CodedError => {
  try {
    readConfig(env, home);
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('it was accepted');
};

it('has a default for everything', () => {
  expect(readConfig({}, home)).toEqual({
    parentImage: 'docker.io/library/debian:trixie-slim',
    buildCa: 'auto',
    buildHostNetwork: true,
    subnetRange: '10.213.0.0/16',
    holdMs: 30_000,
    settleMs: 3_000,
    restartTimeoutMs: 180_000,
    startTimeoutMs: 180_000,
    healthEveryMs: 30_000,
    undoBudgetMs: 30_000,
    pluginGit: false,
    proxyEnv: {},
    providers: {},
  });
});

it('takes the variable before the file, and the file before the default', () => {
  file({
    image: { parent: 'from-file:1' },
    holdMs: 1,
    buildHostNetwork: false,
    providers: { vllm: { baseUrl: 'http://[::1]:8001/v1' } },
  });
  expect(readConfig({ NEMOCLAW_BASE_IMAGE: 'from-env:1', NEMOCLAW_SETTLE_MS: '' }, home)).toMatchObject({
    parentImage: 'from-env:1',
    holdMs: 1,
    settleMs: 3_000,
    buildHostNetwork: false,
    providers: { vllm: { baseUrl: 'http://[::1]:8001/v1' } },
  });
});

it('reads texts of the environment as what they mean', () => {
  expect(
    readConfig(
      {
        NEMOCLAW_HOLD_MS: 'off',
        NEMOCLAW_SETTLE_MS: '0',
        NEMOCLAW_BUILD_HOST_NETWORK: 'false',
        NEMOCLAW_DRIVER: 'docker',
      },
      home,
    ),
  ).toMatchObject({ holdMs: 'off', settleMs: 0, buildHostNetwork: false, driver: 'docker' });
});

it('takes proxies and the npm registry from where other tools look for them', () => {
  const env = {
    https_proxy: 'http://p:3128',
    NO_PROXY: 'localhost',
    HTTP_PROXY: '',
    npm_config_registry: 'https://npm.example/',
  };
  expect(readConfig(env, home)).toMatchObject({
    proxyEnv: { https_proxy: 'http://p:3128', NO_PROXY: 'localhost' },
    npmRegistry: 'https://npm.example/',
  });
});

it('takes the allow-list as a list of the file, or separated by commas from the variable', () => {
  file({ plugins: { allow: ['acme-gpu@1.2.0'], git: true } });
  expect(readConfig({}, home)).toMatchObject({ pluginAllow: ['acme-gpu@1.2.0'], pluginGit: true });
  const env = { NEMOCLAW_PLUGIN_ALLOW: 'acme-gpu, @acme/*', NEMOCLAW_PLUGIN_GIT: 'false' };
  expect(readConfig(env, home)).toMatchObject({ pluginAllow: ['acme-gpu', '@acme/*'], pluginGit: false });
});

describe('a bad value is a usage error that names it', () => {
  it.each([
    ['NEMOCLAW_BASE_IMAGE', 'a b'],
    ['NEMOCLAW_BUILD_HOST_NETWORK', 'yes'],
    ['NEMOCLAW_HOLD_MS', 'soon'],
    ['NEMOCLAW_PLUGIN_ALLOW', 'acme-gpu, No Name'],
    ['NEMOCLAW_PLUGIN_GIT', 'perhaps'],
    ['NEMOCLAW_SETTLE_MS', '-1'],
    ['NEMOCLAW_SETTLE_MS', '1.5'],
    ['NEMOCLAW_SETTLE_MS', ' '],
    ['NEMOCLAW_RESTART_TIMEOUT_MS', '0'],
    ['NEMOCLAW_START_TIMEOUT_MS', '99999999999'],
    ['npm_config_registry', 'not a url'],
    ['NEMOCLAW_SUBNET_RANGE', '10.213.0.0'],
    ['NEMOCLAW_SUBNET_RANGE', '10.213.0.0/30'],
    ['NEMOCLAW_SUBNET_RANGE', '10.213.0.1/16'],
    ['NEMOCLAW_SUBNET_RANGE', '8.8.0.0/16'],
    ['NEMOCLAW_SUBNET_RANGE', '172.16.0.0/8'],
    ['NEMOCLAW_SUBNET_RANGE', 'fd00::/64'],
  ])('%s=%s', (name, value) => {
    const error = refusal({ [name]: value });
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain(name);
  });

  it.each(['10.0.0.0/8', '172.20.0.0/14', '192.168.0.0/22', '100.64.0.0/16'])('but %s is a range', (range) => {
    expect(readConfig({ NEMOCLAW_SUBNET_RANGE: range }, home).subnetRange).toBe(range);
  });

  it.each([
    [{ holdMs: 'soon' }, 'holdMs'],
    [{ settleMs: true }, 'settleMs'],
    [{ image: { parent: '' } }, 'image.parent'],
    [{ holdms: 1 }, 'holdms'],
    [{ providers: { vllm: { baseUrl: 'file:///etc/passwd' } } }, 'providers.vllm.baseUrl'],
    ['{', 'not JSON'],
    ['[]', 'config.json'],
  ])('in the file: %j', (content, named) => {
    file(content);
    const error = refusal({});
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain(join(home, 'config.json'));
    expect(error.message).toContain(named);
  });
});

describe('docs/reference/settings.md', () => {
  it('is what the table says', () => {
    const page = new URL('../../../../docs/reference/settings.md', import.meta.url);
    const command =
      'node -e "import(\'./packages/core/src/config/settings.ts\').then((m) => process.stdout.write(m.renderSettingsReference()))" > docs/reference/settings.md';
    expect(readFileSync(page, 'utf8'), `write it again: ${command}`).toBe(renderSettingsReference());
  });

  it('states the defaults that are in force', () => {
    const config = readConfig({}, home) as unknown as Record<string, unknown>;
    for (const [name, { fallback }] of Object.entries(SETTINGS))
      if (!['driver', 'pluginAllow'].includes(name)) expect(String(config[name])).toBe(fallback);
  });
});
