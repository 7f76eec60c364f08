import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sandboxRecord } from '../journal.fixture.ts';
import { servicesAt } from '../services.fixture.ts';
import { asJson, type OnboardData, recordOf } from './data.ts';
import { chooseIngressPort, FIRST_PORT, LAST_PORT, moveIngress, portIsFree } from './ingress-port.ts';

const choose = (wanted: number | undefined, taken: number[] = [], used: number[] = []) =>
  chooseIngressPort({ wanted, taken: new Set(taken), isFree: async (port) => !used.includes(port) });
const all = Array.from({ length: LAST_PORT - FIRST_PORT + 1 }, (_, index) => FIRST_PORT + index);

describe('chooseIngressPort', () => {
  it('takes the first that is neither in use nor another sandbox’s', async () => {
    expect(await choose(undefined)).toBe(FIRST_PORT);
    expect(await choose(undefined, [FIRST_PORT], [FIRST_PORT + 1])).toBe(FIRST_PORT + 2);
  });

  it('takes the one that was asked for, or says why not', async () => {
    expect(await choose(9000)).toBe(9000);
    await expect(choose(9000, [], [9000])).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringMatching(/in use/),
    });
    await expect(choose(9000, [9000])).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringMatching(/another sandbox/),
    });
  });

  it('says so when none is left', async () => {
    await expect(choose(undefined, [], all)).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  });
});

it('a port that somebody listens on is not free', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  expect(await portIsFree(port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await portIsFree(port)).toBe(true);
});

describe('moveIngress', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'nemoclaw-port-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const dataOf = (more = {}) => ({ record: asJson(sandboxRecord(more)) }) as unknown as OnboardData;

  it('chooses neither what was tried nor what is another sandbox’s, and writes it down', async () => {
    const services = servicesAt(home);
    await services.store.writeRecord(sandboxRecord({ name: 'other', ingressPort: FIRST_PORT + 1 }));
    await services.store.writeRecord(sandboxRecord());
    const data = dataOf();
    await moveIngress({ services }, data, new Set([FIRST_PORT]));
    expect(recordOf(data).ingressPort).toBeGreaterThan(FIRST_PORT + 1);
    expect((await services.store.readRecord('demo'))?.ingressPort).toBe(recordOf(data).ingressPort);
  });

  it('does not give up a port that the user named', async () => {
    const data = dataOf({ ingressPort: 4711, ingressPortNamed: true });
    await expect(moveIngress({ services: servicesAt(home) }, data, new Set([4711]))).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining('4711'),
      hint: expect.stringContaining('--port'),
    });
  });
});
