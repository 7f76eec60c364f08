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
import { containerState, driverOf } from './driver.fixture.ts';
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

const driver = driverOf({
  inspect: async (id) => containerState({ id }),
  hostFacts: async () => ({ engineVersion: '28.5.2' }) as never,
  async *logs() {
    yield { stream: 'stdout', text: `token ${SECRET}` };
  },
});
const error = codedError('CHAT_FAILED', { message: 'no answer', hint: 'ask again' });
const report = (
  more: { driver?: Driver; interruptedBy?: 'SIGINT'; services?: Partial<Services>; evidenceFolder?: string } = {},
) => {
  const services = servicesAt(home, more.services);
  services.redactor.learn(SECRET);
  return failureReporter({
    services,
    driver: more.driver ?? driver,
    name: 'demo',
    operation: 'onboard',
    hookInput: () => ({ sandbox: { id: 's1', name: 'demo' }, operation: 'op', agent: 'claw' }),
    containers: () => ({ agent: 'c1', relay: '' }),
    onProgress: (event) => void events.push(event),
    evidenceFolder: more.evidenceFolder ?? join(home, 'evidence'),
  })(error, 'smoke', more.interruptedBy, new AbortController().signal);
};
const notes = () => events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
const evidence = async () => {
  const [folder] = await readdir(join(home, 'evidence')).catch(() => []);
  return folder === undefined ? undefined : join(home, 'evidence', folder);
};
const hooked = async (source: string): Promise<Partial<Services>> => {
  const packages = [await plugin('acme', 'on-failure', source)];
  return { registry: () => createRegistry({ ...fixtureFiles, packages }) };
};

describe('what follows a failure', () => {
  it('is evidence of the containers that are there, without secrets, and where it is', async () => {
    await report();
    const folder = (await evidence()) ?? '';
    expect((await readdir(folder)).sort()).toEqual(['agent-state.json', 'agent.log', 'engine.json', 'summary.json']);
    expect(await readFile(join(folder, 'agent.log'), 'utf8')).not.toContain(SECRET);
    expect(JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'))).toMatchObject({
      sandbox: 'demo',
      step: 'smoke',
      error: { code: 'CHAT_FAILED' },
    });
    expect(notes()).toEqual([`evidence: ${folder}`]);
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
    await report({ driver: driverOf({ inspect: silent, hostFacts: silent, logs }) });
    expect(await readdir((await evidence()) ?? '')).toEqual(['summary.json']);
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
