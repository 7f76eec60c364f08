import { probeContext } from '@nemoclaw/testkit/contexts';
import { expect, it } from 'vitest';
import probe from '../src/index.js';

it('asks once, on this host', async () => {
  const asked = [];
  const context = probeContext({
    connectFromHost: async (host, port) => {
      asked.push(`${host}:${port}`);
      return 'open';
    },
  });
  await probe.run(context, new AbortController().signal);
  expect(asked).toEqual(['127.0.0.1:11434']);
});
