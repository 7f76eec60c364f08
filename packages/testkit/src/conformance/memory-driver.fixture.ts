import { randomBytes } from 'node:crypto';
import {
  CodedError,
  type ContainerPhase,
  type ContainerSpec,
  type ContainerState,
  type Driver,
  type DriverContribution,
  type DriverEvent,
  type EngineFacts,
  type ExecResult,
  type Labels,
  untilAborted,
} from '@nemoclaw/plugin-api';
import { LINES } from './engine-subject.ts';

interface Container {
  id: string;
  spec: ContainerSpec;
  phase: ContainerPhase;
}

const fails = (code: string, operation: string) => new CodedError(code, { message: code, details: { operation } });
const has = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Time goes by more quickly here. */
const elapse = (ms: number): Promise<void> => pause(Math.min(ms, 5));
const set = <T, K extends keyof T>(object: T, key: K, value: T[K]): void => {
  object[key] = value;
};
const after = (argv: readonly string[]): string => argv.at(-1) ?? '';

const FACTS = {
  engineVersion: '1.0',
  apiVersion: '1',
  architecture: 'any',
  rootDir: '/',
  cpus: 1,
  memoryBytes: 1,
} as EngineFacts;

/** An engine that lives in memory, as far as the suite looks: it knows the programs of the suite and no others. */
export const memoryDriver = (change: (driver: Driver) => Partial<Driver> = () => ({})): DriverContribution => {
  const containers = new Map<string, Container>();
  const networks = new Map<string, { name: string; labels: Labels }>();
  const volumes = new Map<string, { labels: Labels; files: Map<string, Buffer> }>();
  const watchers = new Set<(event: DriverEvent) => void>();

  const found = (id: string, operation: string): Container => {
    const container = containers.get(id);
    if (container === undefined) throw fails('ENGINE_NOT_FOUND', operation);
    return container;
  };
  const stateOf = ({ id, spec, phase }: Container) =>
    ({ id, name: spec.name, labels: spec.labels, phase, restartPolicy: spec.restartPolicy }) as ContainerState;
  const networkOf = (id: string, created: boolean) => {
    const { name, labels } = networks.get(id)!;
    return { id, name, labels, subnet: '10.0.0.0/28', gateway: '10.0.0.1', kind: 'isolated' as const, created };
  };
  const result = (over: Partial<ExecResult>): ExecResult => ({
    ...{ exitCode: 0, started: true, timedOut: false, truncated: false },
    ...{ stdout: Buffer.from(''), stderr: Buffer.from('') },
    ...over,
  });

  const driver = {
    hostFacts: async () => FACTS,
    capabilities: async () => ({ isolatedNetworks: true, cdi: false, hostAddress: 'direct' }),
    findImage: async (reference) => (reference === 'there:1' ? { id: 'there' } : undefined),
    create: async (spec, { signal } = {}) => {
      await untilAborted(pause(20), signal ?? new AbortController().signal);
      if ([...containers.values()].some((one) => one.spec.name === spec.name)) throw fails('ENGINE_CONFLICT', 'create');
      const id = randomBytes(32).toString('hex');
      containers.set(id, { id, spec: structuredClone(spec), phase: 'created' });
      return { id };
    },
    start: async (id) => {
      const container = found(id, 'start');
      container.phase = after(container.spec.command) === LINES.speak ? 'exited' : 'running';
      for (const tell of watchers) tell({ type: 'container', action: 'start', id, labels: container.spec.labels });
    },
    stop: async (id) => set(found(id, 'stop'), 'phase', 'exited'),
    remove: async (id) => void containers.delete(id),
    rename: async (id, name) => set(found(id, 'rename').spec, 'name', name),
    setRestartPolicy: async (id, policy) => set(found(id, 'policy').spec, 'restartPolicy', policy),
    inspect: async (id) => (containers.has(id) ? stateOf(containers.get(id)!) : undefined),
    list: async (labels) => [...containers.values()].filter(({ spec }) => has(spec.labels, labels)).map(stateOf),
    unapplied: async (id, plan) =>
      JSON.stringify(found(id, 'unapplied').spec.env) === JSON.stringify(plan.env) ? [] : ['env'],
    clonePlan: async (_id, { wanted }) => ({ plan: wanted, carried: [], refused: [] }),
    ensureNetwork: async ({ name, labels }) => {
      const known = [...networks].find(([, one]) => one.name === name);
      const id = known?.[0] ?? name;
      networks.set(id, { name, labels });
      return networkOf(id, known === undefined);
    },
    inspectNetwork: async (id) => (networks.has(id) ? networkOf(id, false) : undefined),
    listNetworks: async (labels) =>
      [...networks].filter(([, one]) => has(one.labels, labels)).map(([id]) => networkOf(id, false)),
    removeNetwork: async (id) => void networks.delete(id),
    ensureVolume: async ({ name, labels }) => {
      const created = !volumes.has(name);
      if (created) volumes.set(name, { labels, files: new Map() });
      return { name, labels, created };
    },
    inspectVolume: async (name) =>
      volumes.has(name) ? { name, labels: volumes.get(name)!.labels, created: false } : undefined,
    listVolumes: async (wanted) =>
      [...volumes]
        .filter(([, one]) => has(one.labels, wanted))
        .map(([name, { labels }]) => ({ name, labels, created: false })),
    removeVolume: async (name) => void volumes.delete(name),
    putFiles: async ({ volume, files }) => {
      for (const { path, content } of files) volumes.get(volume)?.files.set(path, Buffer.from(content ?? ''));
    },
    readFile: async ({ volume, path }) => volumes.get(volume)?.files.get(path),
    exec: async (_id, { argv, uid, gid, timeoutMs }) => {
      if (argv[0] !== '/bin/sh') return result({ started: false, exitCode: 125, failure: 'no such program' });
      if (after(argv) === LINES.sleep) {
        await elapse(timeoutMs);
        return result({ timedOut: true, exitCode: 124 });
      }
      return result({ exitCode: 3, stdout: Buffer.from(`${uid}\n${gid}\n`), stderr: Buffer.from('to stderr\n') });
    },
    runHelper: async ({ argv, timeoutMs }) => {
      if (after(argv) !== LINES.sleep)
        return { outcome: 'exited', exitCode: 4, stdout: 'to stdout\n', stderr: 'to stderr\n' };
      await elapse(timeoutMs);
      return { outcome: 'timed_out', stdout: '', stderr: '' };
    },
    logs: async function* () {
      yield { stream: 'stdout', text: 'to stdout' };
      yield { stream: 'stderr', text: 'to stderr' };
    },
    watch: async function* (labels, { signal } = {}) {
      for (;;) {
        const next = Promise.withResolvers<DriverEvent>();
        watchers.add(next.resolve);
        const event = await untilAborted(next.promise, signal ?? new AbortController().signal);
        watchers.delete(next.resolve);
        if (has(event.labels, labels)) yield event;
      }
    },
  } as Partial<Driver> as unknown as Driver;
  return { kind: 'driver', id: 'memory', create: () => ({ ...driver, ...change(driver) }) };
};
