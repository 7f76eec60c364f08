import type { DriverEvent, LogLine } from '@nemoclaw/plugin-api';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';

const world = createWorld('log');
const { driver } = world;
afterAll(() => world.clean());

const collect = async (source: AsyncIterable<LogLine>): Promise<LogLine[]> => {
  const all: LogLine[] = [];
  for await (const line of source) all.push(line);
  return all;
};

describe('logs', () => {
  it('keeps streams apart and stops at the tail', async () => {
    const id = await world.running({
      command: ['/bin/sh', '-c', 'for i in 1 2 3; do echo out $i; done; echo err >&2; sleep 0.2; printf last'],
    });
    const all = await collect(driver.logs(id, { tail: 100, follow: true, timestamps: true }));
    expect(all.map(({ stream, text }) => `${stream} ${text}`)).toEqual(
      expect.arrayContaining(['stdout out 1', 'stdout out 2', 'stdout out 3', 'stderr err', 'stdout last']),
    );
    expect(all.every(({ time }) => time && Date.parse(time) > 0)).toBe(true);
    expect(await collect(driver.logs(id, { tail: 1, follow: false }))).toEqual([{ stream: 'stdout', text: 'last' }]);
  });

  it('follows until the caller aborts', async () => {
    const id = await world.running({ command: ['/bin/sh', '-c', 'echo first; exec sleep 600'] });
    const controller = new AbortController();
    const reading = (async () => {
      for await (const { text } of driver.logs(id, { tail: 10, follow: true, signal: controller.signal })) {
        if (text === 'first') controller.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
  });

  it('rejects for a container that is not there', async () => {
    await expect(collect(driver.logs('f'.repeat(64), { tail: 1, follow: false }))).rejects.toMatchObject({
      code: 'ENGINE_NOT_FOUND',
    });
  });
});

describe('watch', () => {
  it('sees containers with the labels come and go, and no others', async () => {
    const labels = { ...world.labels, watched: 'yes' };
    const controller = new AbortController();
    const seen: DriverEvent[] = [];
    const watching = (async () => {
      for await (const event of driver.watch(labels, { signal: controller.signal })) {
        seen.push(event);
        if (event.action === 'destroy') break;
      }
    })();
    // The engine tells nothing of before the subscription: have one go by until the first is seen.
    while (seen.length === 0) await driver.remove(await world.container({ labels }), { force: true });
    await world.running();
    await driver.remove(await world.running({ labels }), { force: true });
    await watching;
    expect(seen.every(({ type, labels: own }) => type === 'container' && own.watched === 'yes')).toBe(true);
    expect(seen.at(-1)?.action).toBe('destroy');
  });
});
