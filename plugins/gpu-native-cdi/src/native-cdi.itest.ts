import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readdir, rm } from 'node:fs/promises';
import type { DeviceRequest, Driver, GpuProof, HostFacts } from '@nemoclaw/plugin-api';
import { type CdiFixture, type CdiFixtureOptions, type Compile, createCdiFixture } from '@nemoclaw/testkit/cdi-fixture';
import { expectBid, expectProof, expectProofProvenance } from '@nemoclaw/testkit/conformance';
import { hostFacts } from '@nemoclaw/testkit/contexts';
import {
  containerSpec,
  engineDriver,
  runInContainer,
  testImages,
  testObjects,
} from '@nemoclaw/testkit/contexts/engine';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import strategy from './index.ts';

const asRoot = process.getuid?.() === 0;
const objects = testObjects('cdi', process.env);
const driver: Driver = engineDriver(process.env);
const GATEWAY = ['/usr/bin/sleep', '434343'];
const NOW = new Date('2030-01-02T03:04:05.000Z');
let images: { base: string; builder: string };
let specDir: string;

const listDevices = async () => (await driver.hostFacts()).cdiDevices;
const facts = async (): Promise<HostFacts> => hostFacts({ engine: await driver.hostFacts() });

/** Where the host has no compiler, the image that sandboxes are built with has one. */
const compile: Compile = async (source, argumentsOfCc) => {
  const script = 'cc "$@" > /tmp/out && base64 -w0 /tmp/out';
  const done = await driver.runHelper({
    name: objects.name('compile'),
    labels: objects.labels,
    image: images.builder,
    argv: ['/bin/sh', '-c', script, 'cc', ...argumentsOfCc],
    user: '65534:65534',
    network: 'none',
    stdin: source,
    timeoutMs: 60_000,
  });
  if (done.outcome !== 'exited' || done.exitCode !== 0) throw new Error(`no shim: ${JSON.stringify(done)}`);
  return Buffer.from(done.stdout, 'base64');
};

/** A made-up GPU with a name of its own, since another test on this engine may have one too. */
async function withGpu<T>(
  options: Partial<CdiFixtureOptions>,
  use: (fixture: CdiFixture, device: string) => Promise<T>,
): Promise<T> {
  const device = `test-${randomBytes(4).toString('hex')}`;
  const fixture = await createCdiFixture({ specDir, listDevices, devices: [device], compile, ...options });
  try {
    return await use(fixture, device);
  } finally {
    await fixture.dispose();
  }
}

/** Creates, starts and removes a container with that request. */
async function withContainer<T>(deviceRequests: DeviceRequest[], use: (id: string) => Promise<T>): Promise<T> {
  const { id } = await driver.create(
    containerSpec({
      name: objects.name(`agent-${randomBytes(2).toString('hex')}`),
      labels: objects.labels,
      image: images.base,
      command: GATEWAY,
      deviceRequests,
    }),
  );
  try {
    await driver.start(id);
    return await use(id);
  } finally {
    await driver.remove(id, { force: true });
  }
}

async function prove(deviceRequests: DeviceRequest[]): Promise<GpuProof> {
  return withContainer(deviceRequests, async (containerId) => {
    const run = runInContainer({ driver, containerId, gatewayCommand: GATEWAY });
    const proof = await strategy.prove({ requested: deviceRequests, run, now: () => NOW }, AbortSignal.timeout(60_000));
    expectProof(proof);
    expectProofProvenance(proof, deviceRequests, NOW);
    return proof;
  });
}

const requestFor = async (device: string): Promise<DeviceRequest[]> =>
  strategy.prepare(await facts(), { devices: [device], env: {} }).deviceRequests ?? [];

const outcomes = (proof: GpuProof) =>
  Object.fromEntries(proof.checks.map(({ as, name, outcome }) => [`${as} ${name}`, outcome]));

describe.skipIf(!asRoot)('native CDI on a real engine, with a made-up GPU', () => {
  beforeAll(async () => {
    images = await testImages(driver, process.env);
    const { cdiSpecDirs } = await driver.hostFacts();
    specDir = cdiSpecDirs.find((folder) => existsSync(folder)) ?? cdiSpecDirs[0] ?? '/etc/cdi';
  });
  afterAll(async () => {
    expect(await driver.list(objects.labels), 'containers were left behind').toEqual([]);
    const left = existsSync(specDir) ? await readdir(specDir) : [];
    expect(left.filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('bids for what the engine really lists, and for nothing once it is gone', async () => {
    const device = await withGpu({}, async (fixture, name) => {
      const bid = strategy.detect(await facts(), { devices: [name], env: {} });
      expectBid(bid);
      expect(bid).toMatchObject({ applicable: true, activation: 'create' });
      expect(bid.reason).toContain(fixture.devices[0]);
      return name;
    });
    expect(strategy.detect(await facts(), { devices: [device], env: {} }).applicable).toBe(false);
  });

  it('is proved when cuInit answers 0 to gateway and tools', async () => {
    const proof = await withGpu({ cuInit: 0 }, async (_fixture, device) => prove(await requestFor(device)));
    expect(proof).toMatchObject({ result: 'proved', remedy: [] });
    expect(outcomes(proof)).toEqual({
      'gateway device_nodes': 'ok',
      'gateway comm_write': 'ok',
      'gateway cu_init': 'ok',
      'gateway nvidia_smi': 'skipped',
      'tools device_nodes': 'ok',
      'tools comm_write': 'ok',
      'tools cu_init': 'ok',
      'tools nvidia_smi': 'skipped',
    });
    expect(proof.evidence).toMatchObject({ identities: { gateway: { uid: 64101 }, tools: { uid: 64102 } } });
  });

  it.each([
    [100, 'cuInit gave 100 (CUDA_ERROR_NO_DEVICE)'],
    [999, 'cuInit gave 999 (CUDA_ERROR_UNKNOWN)'],
  ])('fails when cuInit answers %i', async (cuInit, detail) => {
    const proof = await withGpu({ cuInit }, async (_fixture, device) => prove(await requestFor(device)));
    expect(proof).toMatchObject({ result: 'failed', summary: `as gateway, ${detail}` });
    expect(outcomes(proof)).toMatchObject({ 'gateway device_nodes': 'ok', 'gateway cu_init': 'failed' });
  });

  it('fails when the driver takes the process down, and keeps what came before', async () => {
    const proof = await withGpu({ cuInit: 'abort' }, async (_fixture, device) => prove(await requestFor(device)));
    expect(proof.result).toBe('failed');
    expect(outcomes(proof)).toMatchObject({ 'gateway device_nodes': 'ok', 'gateway cu_init': 'failed' });
  });

  it('is injected, not proved, without a library to ask', async () => {
    const proof = await withGpu({}, async (_fixture, device) => prove(await requestFor(device)));
    expect(proof.result).toBe('injected');
    expect(proof.remedy.join()).toContain('libcuda');
  });

  it('fails in a container that was given no GPU', async () => {
    const proof = await prove([]);
    expect(proof).toMatchObject({ result: 'failed', summary: 'as gateway, there is no GPU device node' });
  });

  it.each([['missing-node'], ['failing-hook']] as const)(
    'does not start with a specification that is broken: %s',
    async (broken) => {
      await withGpu({ broken }, async (_fixture, device) => {
        await expect(withContainer(await requestFor(device), async () => 'started')).rejects.toMatchObject({
          code: 'GPU_INJECTION_FAILED',
        });
      });
    },
  );

  it('does not start with a device that vanished since it was asked for', async () => {
    const request = await withGpu({}, async (_fixture, device) => requestFor(device));
    await expect(withContainer(request, async () => 'started')).rejects.toMatchObject({ code: 'GPU_INJECTION_FAILED' });
  });

  it('does not apply while two specifications name the same device', async () => {
    await withGpu({}, async (fixture, device) => {
      const bid = async () => strategy.detect(await facts(), { devices: [device], env: {} });
      const twin = fixture.specPath.replace('.json', '-twin.json');
      await copyFile(fixture.specPath, twin);
      try {
        await vi.waitUntil(async () => !(await bid()).applicable, { timeout: 5000 });
        expect((await bid()).reason).toMatch(/no CDI device/);
      } finally {
        await rm(twin);
      }
      await vi.waitUntil(async () => (await bid()).applicable, { timeout: 5000 });
    });
  });
});
