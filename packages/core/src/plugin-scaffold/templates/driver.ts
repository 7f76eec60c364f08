import type { Template } from '../template.ts';

export const driverTemplate: Template = (id) => ({
  'src/index.js': `import { connect } from 'node:net';
import { CodedError, defineDriver, untilAborted } from '@nemoclaw/plugin-api';

/** Every call that a driver has; write yours one by one, and take its name out of this list. */
const TO_WRITE = [
  'ensureNetwork', 'inspectNetwork', 'listNetworks', 'removeNetwork', 'ensureVolume', 'inspectVolume', 'listVolumes',
  'removeVolume', 'putFiles', 'readFile', 'findImage', 'listImages', 'pullImage', 'buildImage', 'removeImage', 'create',
  'start', 'stop', 'restart', 'remove', 'rename', 'setRestartPolicy', 'inspect', 'inspectRaw', 'list', 'exec',
  'interactive', 'runHelper', 'capabilities', 'clonePlan', 'unapplied', 'top',
];

/** Resolves once the engine answers; a driver talks to it here. */
const reach = (address, operation, signal) => {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers();
  const { hostname, port } = new URL(address);
  const fail = (message) =>
    reject(new CodedError('ENGINE_NOT_RUNNING', { message, hint: 'Start the engine.', details: { operation } }));
  const socket = connect({ host: hostname, port: Number(port) }, () => socket.write('PING\\n'));
  socket.setTimeout(5_000, () => fail('The engine does not answer.'));
  socket.once('data', (data) => (String(data).startsWith('PONG') ? resolve() : fail('That is no engine of ours.')));
  socket.once('error', () => fail('The engine does not run.'));
  socket.once('close', () => fail('The engine hung up.'));
  return untilAborted(promise, signal ?? new AbortController().signal).finally(() => socket.destroy());
};

export default defineDriver({
  id: '${id}',
  // Pure: no connection before the first call.
  create: ({ env }) => {
    const address = env.ACME_ENGINE ?? 'tcp://127.0.0.1:4243';
    const call = (operation) => async (...args) => {
      await reach(address, operation, args.at(-1)?.signal);
      throw new CodedError('NOT_SUPPORTED', { message: \`\${operation} is not written yet.\`, details: { operation } });
    };
    const each = async function* (operation, signal) {
      await call(operation)({ signal });
    };
    return {
      ...Object.fromEntries(TO_WRITE.map((operation) => [operation, call(operation)])),
      hostFacts: call('hostFacts'),
      logs: (_id, { signal }) => each('logs', signal),
      watch: (_labels, { signal }) => each('watch', signal),
    };
  },
});
`,
  'test/conformance.test.js': `import { testDriver } from '@nemoclaw/testkit/conformance';
import driver from '../src/index.js';

testDriver(driver, { env: ({ host, port }) => ({ ACME_ENGINE: \`tcp://\${host}:\${port}\` }) });
`,
  'test/driver.test.js': `import { expect, it } from 'vitest';
import driver from '../src/index.js';

it('says which call failed when there is no engine', async () => {
  const calls = driver.create({ env: { ACME_ENGINE: 'tcp://127.0.0.1:1' } });
  await expect(calls.list({})).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING', details: { operation: 'list' } });
});
`,
});
