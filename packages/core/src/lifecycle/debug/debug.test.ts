import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codedError } from '../../errors/index.ts';
import { LEARNED, leaked, PLANTED_TEXT } from '../../redaction/planted.fixture.ts';
import { journal, sandboxRecord } from '../journal.fixture.ts';
import { SECRETS } from '../secrets.ts';
import { servicesAt } from '../services.fixture.ts';
import type { Services } from '../services.ts';
import { debugBundle } from './index.ts';
import { withoutValues } from './state-files.ts';

let home: string;
let output: string;
let services: Services;
const TOKEN = 'this-is-the-ingress-token';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nemoclaw debug '));
  output = join(home, 'bundle.tar.gz');
  services = servicesAt(home, {
    driver: async () => {
      throw codedError('ENGINE_NOT_RUNNING', { message: `no engine ${PLANTED_TEXT}` });
    },
  });
  services.redactor.learnEnv(LEARNED);
  services.redactor.declare({ secretKeys: ['ACME_SEAL'] });
  services.redactor.learnEnv(LEARNED);
  const { store } = services;
  const paths = store.paths('demo');
  await store.writeRecord(sandboxRecord({ warnings: [PLANTED_TEXT] }));
  await store.writeOwnership(journal());
  await store.writeSecret('demo', SECRETS.token, TOKEN);
  await writeFile(paths.events, `this is no JSON: ${PLANTED_TEXT}`);
  await writeFile(
    paths.plan,
    JSON.stringify({ plan: { env: LEARNED, command: ['run', '--key', 'unshaped-1'] }, x: PLANTED_TEXT }),
  );
  for (const folder of [join(paths.evidence, '2026-a-onboard'), join(home, 'evidence', 'unborn', '2026-b-onboard')]) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'agent.log'), `${PLANTED_TEXT} ${TOKEN}`);
    await writeFile(join(folder, 'summary.json'), JSON.stringify({ [PLANTED_TEXT]: PLANTED_TEXT }));
  }
});
afterEach(() => rm(home, { recursive: true }));

const unpacked = async (): Promise<Record<string, string>> => {
  const reader = extract();
  reader.end(gunzipSync(await readFile(output)));
  const files: Record<string, string> = {};
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files[entry.header.name.replace('nemoclaw-debug/', '')] = Buffer.concat(chunks).toString('utf8');
  }
  return files;
};

describe('a debug bundle', () => {
  it('has all that can be had without an engine, says what is missing, and holds no secret', async () => {
    const result = await debugBundle(services, undefined, { output });
    const files = await unpacked();
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        ...['manifest.json', 'versions.json', 'settings.json', 'plugins.json', 'plugin-faults.log', 'demo/status.json'],
        ...['demo/state/sandbox.json', 'demo/state/ownership.json', 'demo/state/plan.json', 'demo/state/events.json'],
        ...['demo/evidence/2026-a-onboard/agent.log', 'demo/evidence/2026-a-onboard/summary.json', 'demo/doctor.json'],
        ...['unborn/onboard-evidence/2026-b-onboard/agent.log'],
      ]),
    );
    for (const [name, content] of Object.entries(files)) {
      expect({ name, leaked: leaked(content, [TOKEN, 'unshaped-1']) }).toEqual({ name, leaked: [] });
      if (name.endsWith('.json') && name !== 'demo/state/events.json') expect(() => JSON.parse(content)).not.toThrow();
    }
    expect(Object.keys(files).filter((name) => name.includes('secrets'))).toEqual([]);
    expect(JSON.parse(files['demo/state/plan.json'] ?? '').plan).toEqual({
      env: Object.keys(LEARNED).sort(),
      command: { first: 'run', count: 3 },
    });
    expect(result.missing.map(({ file }) => file)).toEqual(['engine.json', 'demo/status-live.json']);
    expect(JSON.parse(files['manifest.json'] ?? '')).toMatchObject({ sandboxes: ['demo', 'unborn'], version: 1 });
    expect(result).toMatchObject({ file: output, files: Object.keys(files).length });
    const { mode, size } = await stat(output);
    expect([mode & 0o777, size]).toEqual([0o600, result.bytes]);
  });

  it('is of one sandbox when one is named, also of one that never came to be', async () => {
    await debugBundle(services, 'unborn', { output });
    const files = Object.keys(await unpacked());
    expect(files).toContain('unborn/onboard-evidence/2026-b-onboard/summary.json');
    expect(files.filter((name) => name.startsWith('demo'))).toEqual([]);
    await expect(debugBundle(services, 'nobody', { output })).rejects.toMatchObject({ code: 'SANDBOX_NOT_FOUND' });
  });

  it('writes over nothing, and leaves no half of a file', async () => {
    await writeFile(output, 'mine');
    await expect(debugBundle(services, 'demo', { output })).rejects.toMatchObject({ code: 'USAGE' });
    expect(await readFile(output, 'utf8')).toBe('mine');
    const nowhere = join(home, 'no', 'folder', 'x.tar.gz');
    await expect(debugBundle(services, 'demo', { output: nowhere })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('tells what could not be read and goes on', async () => {
    await rm(services.store.paths('demo').plan);
    await mkdir(services.store.paths('demo').plan);
    const { missing } = await debugBundle(services, 'demo', { output });
    expect(missing.map(({ file }) => file)).toContain('demo/state/plan.json');
    await chmod(output, 0o600);
  });
});

it('keeps names of an environment and the first token of a command, wherever they stand', () => {
  expect(
    withoutValues({
      data: [{ basePlan: { env: { B: '1', A: '2' }, entrypoint: ['/init', 'x'] } }],
      proxyEnv: { P: 'x' },
    }),
  ).toEqual({
    data: [{ basePlan: { env: ['A', 'B'], entrypoint: { first: '/init', count: 2 } } }],
    proxyEnv: ['P'],
  });
});
