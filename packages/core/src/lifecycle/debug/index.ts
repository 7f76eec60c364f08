import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@nemoclaw/plugin-api';
import type { CallOptions, DebugResult } from '../../api/nemoclaw.ts';
import { codedError, toCodedError } from '../../errors/index.ts';
import { type Collector, collectAll } from '../../evidence/collect.ts';
import { bounded } from '../../evidence/shape.ts';
import { storePaths } from '../../plugin-store/index.ts';
import { parseSandboxName } from '../../state/names.ts';
import { collectorsOf } from '../collectors.ts';
import { doctor } from '../doctor.ts';
import { asJson } from '../onboard/data.ts';
import { learnSecrets } from '../resolve.ts';
import type { Services } from '../services.ts';
import { status } from '../status/index.ts';
import type { BundleFile } from './archive.ts';
import { evidenceCollectors, stateCollectors } from './state-files.ts';

const ROOT = 'nemoclaw-debug';
const TOTAL_MS = 180_000;
const STATUS_MS = 30_000;
const DOCTOR_MS = 60_000;
const FILE_MS = 5_000;

/** Onboards that never came to be leave their evidence beside the sandboxes. */
const unmade = (home: string): string => join(home, 'evidence');

const ofProgram = (services: Services, names: readonly string[]): Collector[] => {
  const { options, config } = services;
  const json = async (value: unknown): Promise<JsonObject> => asJson(value);
  return [
    {
      name: 'versions.json',
      run: () =>
        json({
          program: options.program,
          version: options.version,
          node: process.version,
          platform: `${process.platform}-${process.arch}`,
        }),
    },
    {
      name: 'settings.json',
      run: () => {
        const variables = Object.keys(options.env).filter((key) => /^(NEMOCLAW|DOCKER)_/.test(key));
        return json({ home: options.home, sandboxes: names, variables: variables.sort(), config });
      },
    },
    { name: 'plugins.json', run: async () => json({ plugins: (await services.registry()).report() }) },
    { name: 'plugin-faults.log', run: () => readFile(storePaths(options.home).faults, 'utf8').catch(() => '') },
    { name: 'engine.json', run: async (signal) => json(await (await services.driver()).hostFacts({ signal })) },
  ];
};

const ofSandbox = async (services: Services, name: string): Promise<Collector[]> => {
  const { store } = services;
  const paths = store.paths(name);
  const ownership = await store.readOwnership(name).catch(() => undefined);
  const { authoritative, resources } = ownership ?? {};
  const containers = {
    agent: authoritative?.id ?? '',
    relay: resources?.relay?.id ?? '',
    forward: resources?.forward?.id ?? '',
  };
  // Without a driver there is nothing to be seen of containers; that it can't be loaded stands in engine.json.
  const now = await services.driver().then(
    (driver) =>
      collectorsOf(services, driver, containers).filter((one) => !['plugins.json', 'engine.json'].includes(one.name)),
    () => [],
  );
  return [
    ...(await stateCollectors(`${name}/state`, paths.folder)),
    { name: `${name}/status.json`, run: async () => asJson(await status(services, name)), boundMs: FILE_MS },
    {
      name: `${name}/status-live.json`,
      run: async (signal) => asJson(await status(services, name, { live: true, signal })),
      boundMs: STATUS_MS,
    },
    {
      name: `${name}/doctor.json`,
      run: async (signal) => asJson(await doctor(services, name, { signal })),
      boundMs: DOCTOR_MS,
    },
    ...now.map((one) => ({ ...one, name: `${name}/now/${one.name}` })),
    ...(await evidenceCollectors(`${name}/evidence`, paths.evidence)),
  ];
};

/** Whom to tell of: one that is named, of which there must be something, or all of which there is anything. */
const namesOf = async (services: Services, input: string | undefined): Promise<string[]> => {
  const made = await services.store.listNames();
  const failed = (await readdir(unmade(services.options.home)).catch(() => [])).sort();
  const all = [...new Set([...made, ...failed])];
  if (input === undefined) return all;
  const name = parseSandboxName(input);
  if (all.includes(name)) return [name];
  throw codedError('SANDBOX_NOT_FOUND', { message: `There is no sandbox named ${name}, and no evidence of one.` });
};

/**
 * Packs what helps to find out what is wrong into one tar.gz, all of it through the redactor: evidence, state, status,
 * doctor, engine, plugins, versions. Whatever can't be had, an engine that is away above all, is named in its manifest and
 * stops nothing. USAGE where `output` is there already; SANDBOX_NOT_FOUND, DISK_FULL, HOME_UNWRITABLE.
 */
export const debugBundle = async (
  services: Services,
  input: string | undefined,
  options: CallOptions & { output: string },
): Promise<DebugResult> => {
  const { redactor, clock } = services;
  const at = clock.now();
  const names = await namesOf(services, input);
  const made = new Set(await services.store.listNames());
  for (const name of names) if (made.has(name)) await learnSecrets(services, name).catch(() => undefined);
  const collect = [
    ...ofProgram(services, names),
    ...(names.some((name) => made.has(name))
      ? []
      : [
          {
            name: 'doctor.json',
            run: async (signal: AbortSignal) => asJson(await doctor(services, undefined, { signal })),
            boundMs: DOCTOR_MS,
          },
        ]),
    ...(await Promise.all(names.filter((name) => made.has(name)).map((name) => ofSandbox(services, name)))).flat(),
    ...(
      await Promise.all(
        names.map((name) => evidenceCollectors(`${name}/onboard-evidence`, join(unmade(services.options.home), name))),
      )
    ).flat(),
  ];
  options.onProgress?.({ type: 'note', level: 'info', text: `collecting ${collect.length} files` });
  const collected = await collectAll({ collect, totalMs: TOTAL_MS, perCallMs: FILE_MS, signal: options.signal });
  options.signal?.throwIfAborted();
  const manifest = collected.map(({ name, result, elapsedMs }) => ({
    file: name,
    elapsedMs,
    ...(result.outcome === 'ok' ? {} : { missing: result.why }),
  }));
  const files: BundleFile[] = collected.flatMap(({ name, result }) =>
    result.outcome === 'ok' ? [{ path: `${ROOT}/${name}`, content: bounded(result.content, redactor) }] : [],
  );
  const about = {
    version: 1,
    at: at.toISOString(),
    program: services.options.version,
    sandboxes: names,
    files: manifest,
  };
  // Only here: no other command has a use for tar.
  const { writeArchive } = await import('./archive.ts');
  const bytes = await writeArchive(
    options.output,
    [{ path: `${ROOT}/manifest.json`, content: bounded(asJson(about), redactor) }, ...files],
    at,
  ).catch((error: unknown) => {
    throw toCodedError(error);
  });
  return {
    file: options.output,
    bytes,
    files: files.length + 1,
    missing: manifest.flatMap(({ file, missing }) => (missing === undefined ? [] : [{ file, why: missing }])),
  };
};
