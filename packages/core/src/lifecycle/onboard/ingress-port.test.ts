import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { chooseIngressPort, FIRST_PORT, LAST_PORT, portIsFree } from './ingress-port.ts';

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
