import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '../testing/certificate.ts';
import { makeConfig, TEST_KEY } from '../testing/config.ts';
import { loadConfig } from './load.ts';

const certificate = await makeCertificate('inference.local');

const valid = () => {
  const config = makeConfig();
  config.inference.port = 443;
  config.ingress.port = 18001;
  config.egress.port = 3128;
  return config;
};

const write = async (files: Record<string, unknown> = {}): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const all = {
    'relay.json': valid(),
    'leaf.pem': certificate.cert,
    'leaf.key': certificate.key,
    'provider.key': `${TEST_KEY}\n`,
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return join(folder, 'relay.json');
};

describe('loadConfig', () => {
  it('reads the configuration with what lies beside it', async () => {
    const loaded = await loadConfig(await write());
    expect(loaded).toMatchObject({
      config: valid(),
      providerKey: TEST_KEY,
      certificate: { subject: 'CN=inference.local' },
    });
    expect(loaded.certificate.notAfter).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(loaded.providerCa).toBeUndefined();
  });

  it('reads no key where the provider wants none', async () => {
    const config = valid();
    config.inference.provider.auth = { kind: 'none' };
    config.inference.provider.caFile = 'ca.pem';
    const loaded = await loadConfig(await write({ 'relay.json': config, 'ca.pem': certificate.cert }));
    expect(loaded).not.toHaveProperty('providerKey');
    expect(loaded.providerCa).toBe(certificate.cert);
  });

  it.each([
    ['{"version":', /relay\.json: not JSON/],
    [{ ...valid(), version: 2 }, /version/],
    [{ ...valid(), surprise: true }, /surprise/],
    [{ ...valid(), interfaces: { sandbox: '10.0.0.0', egress: '10.1.0.0/24' } }, /interfaces\.sandbox/],
    [{ ...valid(), inference: { ...valid().inference, keyFile: '../leaf.key' } }, /keyFile/],
    [
      {
        ...valid(),
        inference: {
          ...valid().inference,
          provider: { ...valid().inference.provider, allowed: ['DELETE /v1/models'] },
        },
      },
      /allowed/,
    ],
    [
      {
        ...valid(),
        inference: { ...valid().inference, provider: { ...valid().inference.provider, baseUrl: 'http://a:b@host/v1' } },
      },
      /baseUrl/,
    ],
    [
      {
        ...valid(),
        inference: { ...valid().inference, provider: { ...valid().inference.provider, baseUrl: 'file:///etc/passwd' } },
      },
      /baseUrl/,
    ],
  ])('refuses what it does not know: %j', async (content, message) => {
    await expect(loadConfig(await write({ 'relay.json': content }))).rejects.toThrow(message);
  });

  it('refuses a key that could become two headers, without saying it', async () => {
    const failure = await loadConfig(await write({ 'provider.key': 'sk-one\r\nx-evil: 1' })).catch(
      (error: Error) => error,
    );
    expect(failure).toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(/provider\.key: must hold one line/),
    });
    expect(String(failure)).not.toContain('sk-one');
  });

  it('names the file that is missing or no certificate', async () => {
    await expect(loadConfig('/nowhere/relay.json')).rejects.toThrow('/nowhere/relay.json: ENOENT');
    await expect(loadConfig(await write({ 'leaf.pem': 'nonsense' }))).rejects.toThrow(
      /leaf\.pem: not a PEM certificate/,
    );
  });
});
