import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '@nemoclaw/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../api/events.ts';
import { codedError } from '../errors/index.ts';
import { plugin } from '../hooks/hook.fixture.ts';
import { createRegistry } from '../plugins/index.ts';
import { fixtureFiles } from '../plugins/package.fixture.ts';
import { containerState, controlledBy, driverOf, execResult } from './driver.fixture.ts';
import { failureReporter } from './failure.ts';
import { servicesAt } from './services.fixture.ts';
import type { Services } from './services.ts';

const SECRET = 'a-very-secret-token';
let home: string;
let events: ProgressEvent[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nemoclaw-failure-'));
  events = [];
});
afterEach(() => rm(home, { recursive: true }));

const parts: Partial<Driver> = {
  inspect: async (id) => containerState({ id, networks: [{ id: 'n1', name: 'net', ipv4: '10.0.0.2', aliases: [] }] }),
  inspectRaw: async (id) => ({
    Id: id,
    State: { Status: 'running' },
    Config: { Env: ['B=1', `A_TOKEN=${SECRET}`], Cmd: ['run', '--key', SECRET] },
  }),
  inspectNetwork: async (id) => ({ id, name: 'net', subnet: '10.0.0.0/28' }) as never,
  top: async () => ({ titles: ['PID', 'COMMAND'], processes: [['7', 'node']] }),
  exec: async () => execResult({ exitCode: 1 }),
  hostFacts: async () => ({ engineVersion: '28.5.2' }) as never,
  async *logs() {
    yield { stream: 'stdout', text: `token ${SECRET}` };
  },
};
const driver = driverOf(parts);
const error = codedError('CHAT_FAILED', { message: 'no answer', hint: 'ask again' });
interface More {
  driver?: Driver;
  interruptedBy?: 'SIGINT';
  services?: Partial<Services>;
  evidenceFolder?: string;
  containers?: Record<string, string>;
}
const reporter = (more: More = {}) => {
  const services = servicesAt(home, more.services);
  services.redactor.learn(SECRET);
  return failureReporter({
    services,
    driver: more.driver ?? driver,
    name: 'demo',
    operation: 'onboard',
    hookInput: () => ({ sandbox: { id: 's1', name: 'demo' }, operation: 'op', agent: 'claw' }),
    containers: () => more.containers ?? { agent: 'c1', relay: '' },
    onProgress: (event) => void events.push(event),
    evidenceFolder: more.evidenceFolder ?? join(home, 'evidence'),
  });
};
const report = (more: More = {}) =>
  reporter(more).onFailure(error, 'smoke', more.interruptedBy, new AbortController().signal);
const notes = () => events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
const evidence = async () => {
  const [folder] = await readdir(join(home, 'evidence')).catch(() => []);
  return folder === undefined ? undefined : join(home, 'evidence', folder);
};
const json = async (file: string) => JSON.parse(await readFile(join((await evidence()) ?? '', file), 'utf8'));
const hooked = async (source: string): Promise<Partial<Services>> => {
  const packages = [await plugin('acme', 'on-failure', source)];
  return { registry: () => createRegistry({ ...fixtureFiles, packages }) };
};

describe('what follows a failure', () => {
  it('is evidence of the containers that are there, without secrets, and where it is', async () => {
    const details = await report();
    const folder = (await evidence()) ?? '';
    expect((await readdir(folder)).sort()).toEqual([
      ...['agent-inspect.json', 'agent-state.json', 'agent-top.json', 'agent.log', 'engine.json', 'networks.json'],
      ...['plugins.json', 'summary.json'],
    ]);
    expect(await readFile(join(folder, 'agent.log'), 'utf8')).not.toContain(SECRET);
    expect(await json('agent-inspect.json')).toMatchObject({
      State: { Status: 'running' },
      Config: { Env: ['A_TOKEN', 'B'], Cmd: { first: 'run', count: 3 } },
    });
    expect(await json('agent-top.json')).toEqual({ titles: ['PID', 'COMMAND'], processes: [['7', 'node']] });
    expect(await json('networks.json')).toMatchObject({
      attached: [{ role: 'agent', id: 'n1' }],
      networks: [{ id: 'n1', subnet: '10.0.0.0/28' }],
    });
    expect(await json('summary.json')).toMatchObject({
      sandbox: 'demo',
      step: 'smoke',
      error: { code: 'CHAT_FAILED' },
      failure: 'supervisor_unreachable',
      ids: { old: '', new: 'c1' },
      rolledBack: 'no',
    });
    expect(notes()).toEqual([`evidence: ${folder}`]);
    expect(details).toEqual({ evidence: folder });
  });

  it('judges by what the supervisor says of the one that failed, and names the one that was there before', async () => {
    const status = { state: 'running', reason: 'well' };
    const { exec: _silent, ...others } = parts;
    const calm = controlledBy(({ request }) => ({ ...request, ok: true, result: status }), others);
    await report({ driver: calm, containers: { replacement: 'c2', incumbent: 'c1' } });
    expect(await json('replacement-supervisor.json')).toEqual(status);
    expect(await json('summary.json')).toMatchObject({ failure: 'proof_failed', ids: { old: 'c1', new: 'c2' } });
  });

  it('is told afterwards whether all was taken back', async () => {
    for (const [undo, rolledBack] of [
      ['complete', 'yes'],
      ['incomplete', 'failed'],
      ['not needed', 'no'],
    ] as const) {
      const { onFailure, onTakenBack } = reporter();
      await onFailure(error, 'smoke', undefined, new AbortController().signal);
      await onTakenBack(undo, 7);
      expect(await json('summary.json')).toMatchObject({ rolledBack, timings: { undoMs: 7 } });
      await rm(join(home, 'evidence'), { recursive: true });
    }
    await reporter().onTakenBack('complete', 7);
    expect(await evidence()).toBeUndefined();
  });

  it('is no evidence when a signal was the reason, but the hooks hear of it', async () => {
    const services = await hooked('export default (input) => ({ note: input.interruptedBy + " in " + input.step });');
    await report({ interruptedBy: 'SIGINT', services });
    expect(await evidence()).toBeUndefined();
    expect(notes()).toEqual([expect.stringMatching(/^acme.*: SIGINT in smoke$/)]);
  });

  it('tells the hooks the error itself', async () => {
    const services = await hooked('export default (input) => ({ note: JSON.stringify(input.error) });');
    await report({ services });
    expect(notes()[1]).toContain('{"code":"CHAT_FAILED","message":"no answer","hint":"ask again"}');
  });

  it('goes on when the engine does not answer', async () => {
    const silent = async () => {
      throw codedError('ENGINE_NOT_RUNNING');
    };
    const logs: Driver['logs'] = () => ({ [Symbol.asyncIterator]: () => ({ next: silent }) });
    await report({ driver: driverOf({ inspect: silent, inspectRaw: silent, top: silent, hostFacts: silent, logs }) });
    expect((await json('summary.json')).failure).toBe('proof_failed');
    expect((await readdir((await evidence()) ?? '')).sort()).toEqual([
      ...['agent-supervisor.json', 'networks.json', 'plugins.json', 'summary.json'],
    ]);
  });

  it('never throws: what goes wrong in here is a note after the first error', async () => {
    await writeFile(join(home, 'file'), '');
    await report({
      evidenceFolder: join(home, 'file', 'evidence'),
      services: {
        registry: async () => {
          throw new Error('no registry');
        },
      },
    });
    expect(notes()).toEqual([expect.stringContaining('could not be written'), expect.stringContaining('no registry')]);
  });

  it('makes a note of a hook that throws', async () => {
    await report({ services: await hooked('export default () => { throw new Error("me too"); };') });
    expect(notes()[1]).toContain('me too');
  });
});
