import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, type Driver, type JsonObject } from '@nemoclaw/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../api/events.ts';
import { createFaultLog } from '../plugins/faults.ts';
import { createRedactor, type Redactor } from '../redaction/index.ts';
import { LEARNED, leaked, PLANTED, PLANTED_TEXT as text, VALUES } from '../redaction/planted.fixture.ts';
import { containerState, controlledBy } from './driver.fixture.ts';
import { failureReporter } from './failure.ts';
import { learningDriver } from './learning-driver.ts';
import { servicesAt } from './services.fixture.ts';
import { redactError, shown } from './shown.ts';

const ELSEWHERE = ['quiet-by-argument', 'quiet-by-label'];
const found = (where: string): string[] => leaked(where, ELSEWHERE);

const lines = text.split('\n');
const asKeys = Object.fromEntries(PLANTED.map(([name, secret, around], index) => [around(secret), `${name} ${index}`]));
const asValues = Object.fromEntries(PLANTED.map(([name, secret, around]) => [`of ${name}`, around(secret)]));

const inspect: JsonObject = {
  Id: 'c1',
  Path: '/init',
  Args: ['serve', '--api-key', 'quiet-by-argument', ...lines],
  State: {
    Status: 'running',
    Error: text,
    Health: { Status: 'unhealthy', Log: [{ ExitCode: 1, Output: text }, ...lines.map((Output) => ({ Output }))] },
  },
  Config: {
    Env: [
      ...Object.entries(LEARNED).map(([key, value]) => `${key}=${value}`),
      ...lines.map((line, at) => `X${at}=${line}`),
    ],
    Entrypoint: ['/init', ...lines],
    Cmd: lines,
    Labels: { ...asKeys, ...asValues, 'acme.password': 'quiet-by-label' },
    Healthcheck: { Test: ['CMD', ...lines] },
  },
  HostConfig: { ExtraHosts: lines, SecurityOpt: lines, Sysctls: asValues },
};

let home: string;
let redactor: Redactor;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nemoclaw planted '));
  redactor = createRedactor();
  redactor.declare({ secretKeys: ['ACME_SEAL'] });
});
afterEach(() => rm(home, { recursive: true }));

const driver = (): Driver =>
  learningDriver(
    controlledBy(
      ({ request }) => ({
        ...request,
        ok: true,
        result: { state: 'backoff', reason: text, lastLines: lines, ...asKeys },
      }),
      {
        inspect: async (id) => containerState({ id, error: text, labels: { ...asKeys, ...asValues } } as never),
        inspectRaw: async () => inspect,
        top: async () => ({ titles: ['PID', 'COMMAND'], processes: lines.map((line, pid) => [String(pid), line]) }),
        hostFacts: async () => ({ engineVersion: text, labels: lines }) as never,
        async *logs() {
          for (const line of lines) yield { stream: 'stdout', text: line };
        },
      },
    ),
    redactor,
  );

const broken = () => {
  const error = new CodedError('CHAT_FAILED', {
    message: `it failed: ${text}`,
    hint: text,
    details: { body: text, ...asKeys, ...asValues },
    cause: new Error(text),
  });
  error.plugin = 'acme@1.0.0';
  return error;
};

describe('of all that was planted, nothing is found', () => {
  it('there are at least thirty of them, and the test would find them', () => {
    expect(new Set(VALUES).size).toBeGreaterThanOrEqual(30);
    expect(found(`${text} ${JSON.stringify(inspect)}`)).toHaveLength(VALUES.length + 2);
  });

  it('in evidence, in what is told of it, and in the error that is thrown', async () => {
    const events: ProgressEvent[] = [];
    const services = servicesAt(home, { redactor });
    const thrown = await shown(redactor, { onProgress: (event) => void events.push(event) }, async ({ onProgress }) => {
      const { onFailure, onTakenBack } = failureReporter({
        services,
        driver: driver(),
        name: 'demo',
        operation: 'onboard',
        hookInput: () => ({ sandbox: { id: 's1', name: 'demo' }, operation: 'op', agent: 'claw' }),
        containers: () => ({ replacement: 'c1', incumbent: 'c0' }),
        onProgress,
      });
      await onFailure(broken(), 'start', undefined, new AbortController().signal);
      await onTakenBack('complete', 1);
      onProgress?.({ type: 'output', step: 'start', text });
      onProgress?.({ type: 'note', level: 'warn', text });
      throw broken();
    }).catch((error: unknown) => error as CodedError & { cause: Error });

    const root = services.store.paths('demo').evidence;
    const [folder = ''] = await readdir(root);
    const files = await readdir(join(root, folder));
    expect(files.length).toBeGreaterThanOrEqual(10);
    for (const file of files) {
      const content = await readFile(join(root, folder, file), 'utf8');
      expect({ file, found: found(content) }).toEqual({ file, found: [] });
      if (file.endsWith('.json')) expect(() => JSON.parse(content)).not.toThrow();
      expect(content).not.toContain('\x1b');
    }
    expect(await readFile(join(root, folder, 'replacement.log'), 'utf8')).toMatch(/it said \[redacted]/);
    const { message, hint, details, stack, cause } = thrown as CodedError & { cause: Error };
    expect(found(JSON.stringify([events, message, hint, details, stack, cause.message, cause.stack]))).toEqual([]);
  });

  it('in a result, whatever its shape', async () => {
    await driver().inspectRaw('c1');
    const result = await shown(redactor, {}, async () => ({ text, lines, asKeys, asValues, nested: [{ inspect }] }));
    expect(found(JSON.stringify(result))).toEqual([]);
  });

  it('in the log of what plugins did wrong', async () => {
    await driver().inspectRaw('c1');
    const file = join(home, 'faults.log');
    createFaultLog(file, redactor.redactText, () => new Date(0)).note(redactError(redactor, broken()));
    createFaultLog(file, redactor.redactText, () => new Date(0)).note(broken());
    const content = await readFile(file, 'utf8');
    expect(content.split('\n')).toHaveLength(3);
    expect(found(content)).toEqual([]);
  });
});
