import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LABELS } from '@nemoclaw/plugin-api';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ledgerAt } from './ledger.ts';
import { ensureModelImage } from './model.ts';
import { removeBundledModel, startBundledModel } from './model-server.ts';
import { LOCAL_PARENT } from './parent-image.ts';
import { openDriver } from './setup.ts';

const driver = openDriver();
const { signal } = new AbortController();
let image: string;
beforeAll(async () => {
  image = await ensureModelImage(driver, process.env.NEMOCLAW_BASE_IMAGE ?? LOCAL_PARENT);
});

const setting = () => {
  const folder = mkdtempSync(join(tmpdir(), 'a ledger-'));
  const name = `nemoclaw-test-bundled-${randomBytes(4).toString('hex')}`;
  onTestFinished(async () => {
    await removeBundledModel(driver, name);
    rmSync(folder, { recursive: true, force: true });
  });
  return { name, at: { ledger: ledgerAt(join(folder, 'ledger.json')), signal } };
};

/** A server on a free port, which is free again when it is closed. */
const listen = async () => {
  const server = createServer((_, response) => void response.writeHead(404).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(resolve)) };
};

const containers = async (name: string) =>
  (await driver.list({ [LABELS.role]: 'model' })).filter((container) => container.name === name);

describe('startBundledModel', () => {
  it('starts one, finds it again, and takes it away', async () => {
    const { name, at } = setting();
    const { port, close } = await listen();
    await close();
    expect(await startBundledModel(driver, { name, port, image }, at)).toMatchObject({ provider: 'llamacpp' });
    const [first] = await containers(name);
    expect(at.ledger.read()).toEqual({ modelContainer: name });

    await startBundledModel(driver, { name, port, image }, at);
    expect(await containers(name)).toMatchObject([{ id: first?.id, phase: 'running' }]);

    await driver.stop(first?.id ?? '', { timeoutSeconds: 1 });
    await startBundledModel(driver, { name, port, image }, at);
    expect(await containers(name)).toMatchObject([{ id: first?.id, phase: 'running' }]);

    await removeBundledModel(driver, name);
    await removeBundledModel(driver, name);
    expect(await containers(name)).toEqual([]);
  });

  it('says which port is taken, and makes nothing', async () => {
    const { name, at } = setting();
    const { port, close } = await listen();
    onTestFinished(close as () => Promise<void>);
    await expect(startBundledModel(driver, { name, port, image }, at)).rejects.toThrow(`Port ${port} of 127.0.0.1`);
    expect(await containers(name)).toEqual([]);
  });
});
