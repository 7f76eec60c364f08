import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { json, startScriptedEngine } from '@nemoclaw/testkit/scripted-engine';
import { describe, expect, it } from 'vitest';
import driver from './index.ts';

const run = promisify(execFile);

/** A process of its own: in this one another test may have loaded dockerode. */
const program = (socket: string) => `
  const { createRequire } = await import('node:module');
  const require = createRequire(process.env.ENTRY);
  const loaded = () => Object.keys(require.cache).some((path) => path.includes('/dockerode/'));
  const driver = (await import(process.env.ENTRY)).default.create({ env: { DOCKER_HOST: 'unix://${socket}' } });
  const before = loaded();
  await driver.hostFacts();
  console.log(JSON.stringify({ before, after: loaded() }));
`;

describe('the driver’s module', () => {
  it('contributes the docker driver', () => {
    expect({ kind: driver.kind, id: driver.id }).toEqual({ kind: 'driver', id: 'docker' });
  });

  it('loads dockerode with the first call, not before', async () => {
    const engine = await startScriptedEngine();
    engine.on('GET', '/info', json(200, {})).on('GET', '/version', json(200, { ApiVersion: '1.51' }));
    try {
      const { stdout } = await run(
        process.execPath,
        ['--conditions=source', '--input-type=module', '-e', program(engine.socketPath)],
        { env: { ...process.env, ENTRY: fileURLToPath(new URL('./index.ts', import.meta.url)) } },
      );
      expect(JSON.parse(stdout)).toEqual({ before: false, after: true });
    } finally {
      await engine.close();
    }
  });
});
