import { readFileSync } from 'node:fs';
import type { StatusResult } from '@nemoclaw/core';
import { okEnvelope, printEnvelope } from '../envelope/envelope.ts';
import { GENERATED, readCommandIndex, USER_AGENT_MARK } from '../generated.ts';
import { reservedNames } from '../grammar/rewrite.ts';
import type { Program } from '../program.ts';
import { renderList } from '../render/list.ts';
import { renderStatus, renderStatuses } from '../render/status.ts';
import { dataHome } from '../runtime/home.ts';
import { isTroubled, isUnusual, readRecord, readRecords } from './records.ts';
import { type FastRequest, routeFast } from './route.ts';
import { versionLine } from './version-line.ts';

export interface FastInput {
  argv: readonly string[];
  program: Program;
  env: Readonly<Record<string, string | undefined>>;
  now: Date;
}

/** Text for stdout, exactly what oclif would have printed; undefined when this one is not for us. */
export async function runFast(input: FastInput): Promise<string | undefined> {
  try {
    return await answer(input);
  } catch {
    // A file that can't be read, an incomplete build: the slow path meets the same and explains it.
    return undefined;
  }
}

async function answer(input: FastInput): Promise<string | undefined> {
  const { argv, program, env } = input;
  if (env.NEMOCLAW_FAST_PATH === '0') return undefined;
  // The bundle lies in `dist/`.
  const generated = new URL('./generated/', import.meta.url);
  const request = routeFast(argv, () => reservedNames(readCommandIndex(generated)));
  if (request === undefined) return undefined;
  switch (request.kind) {
    case 'version':
      return withLine(versionOf(program));
    case 'help':
      return help(program, generated, env);
    case 'list':
    case 'status':
      return recorded(request, input, generated);
  }
}

const withLine = (text: string | undefined): string | undefined => (text === undefined ? undefined : `${text}\n`);

function versionOf(program: Program): string | undefined {
  const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return versionLine(program.bin, pjson.version);
}

/** What could make oclif wrap or colour the text differently. */
const APPEARANCE = ['FORCE_COLOR', 'OCLIF_COLUMNS', 'NEMOCLAW_THEME'];

function help(program: Program, generated: URL, env: FastInput['env']): string | undefined {
  // On a terminal headings are bold and lines follow its width.
  if (process.stdout.isTTY || APPEARANCE.some((name) => env[name] !== undefined)) return undefined;
  const line = versionOf(program);
  if (line === undefined) return undefined;
  return readFileSync(new URL(GENERATED.help(program.bin), generated), 'utf8').replace(USER_AGENT_MARK, () => line);
}

type RecordedRequest = Extract<FastRequest, { kind: 'list' | 'status' }>;

async function recorded(request: RecordedRequest, input: FastInput, generated: URL): Promise<string | undefined> {
  const home = dataHome(input.env);
  const validator = async () => (await import(new URL(GENERATED.recordValidator, generated).href)).default;
  const { bin } = input.program;
  if (request.kind === 'status' && request.name !== undefined) {
    const record = await readRecord(home, request.name, validator);
    if (record === undefined || isUnusual(home, request.name)) return undefined;
    const status: StatusResult = { record };
    return request.json ? printEnvelope(okEnvelope(status)) : renderStatus(status, input.now);
  }
  const records = await readRecords(home, validator);
  if (records === undefined) return undefined;
  if (request.kind === 'list') {
    if (records.some(({ name }) => isTroubled(home, name))) return undefined;
    return request.json ? printEnvelope(okEnvelope({ sandboxes: records })) : renderList(records, bin, input.now);
  }
  if (records.some(({ name }) => isUnusual(home, name))) return undefined;
  const sandboxes: StatusResult[] = records.map((record) => ({ record }));
  return request.json ? printEnvelope(okEnvelope({ sandboxes })) : renderStatuses(sandboxes, bin, input.now);
}
