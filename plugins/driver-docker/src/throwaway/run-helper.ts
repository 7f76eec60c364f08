import type { Duplex } from 'node:stream';
import { type Driver, type HelperResult, type HelperSpec, isCodedError } from '@nemoclaw/plugin-api';
import { deviceRequests, devices, envList, mounts, volumesOf } from '../containers/create-body.ts';
import type { Engine } from '../engine/call.ts';
import { boundedBuffer } from '../streams/bounded.ts';
import { createDemux } from '../streams/demux.ts';
import { requireVolumes } from '../volumes/volumes.ts';
import { withThrowaway } from './container.ts';
import { notStartedReason } from './not-started.ts';

const MAX_OUTPUT_BYTES = 1 << 20;
const LAST_WORDS_MS = 5_000;

/** create → attach → start → wait → read → remove. Rejects on abort, and when the engine fails after the start. */
export const createRunHelper = (engine: Engine): Driver['runHelper'] => {
  const run = async (
    id: string,
    spec: HelperSpec,
    onStarted: () => void,
    signal?: AbortSignal,
  ): Promise<HelperResult> => {
    const asked = (operation: string) => ({ operation: `${operation} container`, object: spec.name, signal });
    const output = { stdout: boundedBuffer(MAX_OUTPUT_BYTES), stderr: boundedBuffer(MAX_OUTPUT_BYTES) };
    const text = () => ({
      stdout: output.stdout.bytes().toString('utf8'),
      stderr: output.stderr.bytes().toString('utf8'),
    });
    // Before the start: a program that ends at once would be missed.
    const attach = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
    const stream = (await engine.call({ ...asked('attach to'), answer: 'stream' }, (docker) =>
      docker.getContainer(id).attach(attach),
    )) as Duplex;
    const ended = drain(stream, output);
    const start = { ...asked('start'), answer: 'none', timeoutMs: engine.budgets.start } as const;
    await engine.call(start, (docker) => docker.getContainer(id).start());
    onStarted();
    stream.end(spec.stdin ?? '');
    const wait = { ...asked('wait for'), answer: 'json', timeoutMs: spec.timeoutMs } as const;
    try {
      const { StatusCode } = await engine.call(wait, (docker) => docker.getContainer(id).wait());
      // It ends with the container; the bound is for an engine that forgets to.
      const late = setTimeout(() => stream.destroy(), LAST_WORDS_MS);
      await ended.finally(() => clearTimeout(late));
      return { outcome: 'exited', exitCode: StatusCode, ...text() };
    } catch (error) {
      if (isCodedError(error) && error.code === 'ENGINE_TIMEOUT') return { outcome: 'timed_out', ...text() };
      throw error;
    } finally {
      stream.destroy();
    }
  };

  return async (spec, { signal } = {}) => {
    let started = false;
    const onStarted = () => {
      started = true;
    };
    try {
      await requireVolumes(engine, volumesOf(spec.mounts ?? []), signal);
      const container = { name: spec.name, body: helperBody(spec), signal };
      return await withThrowaway(engine, container, (id) => run(id, spec, onStarted, signal));
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (started) throw error;
      return { outcome: 'not_started', reason: notStartedReason(error), message: (error as Error).message };
    }
  };
};

/** As little as a helper needs: no capability but those asked for, nothing writable but /tmp, bounded memory and processes. */
const helperBody = (spec: HelperSpec) => ({
  Image: spec.image,
  Entrypoint: spec.argv.slice(0, 1),
  Cmd: spec.argv.slice(1),
  Env: envList(spec.env ?? {}),
  User: spec.user,
  Labels: spec.labels,
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
  OpenStdin: true,
  StdinOnce: true,
  Tty: false,
  HostConfig: {
    NetworkMode: spec.network,
    // No init: the engine itself then says that a program is not there, instead of an exit code 127 of docker-init.
    Init: false,
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    CapAdd: spec.capAdd ?? [],
    SecurityOpt: ['no-new-privileges'],
    PidsLimit: 128,
    Memory: 512 << 20,
    MemorySwap: 512 << 20,
    ExtraHosts: Object.entries(spec.extraHosts ?? {}).map(([name, address]) => `${name}:${address}`),
    ...mounts([{ type: 'tmpfs', target: '/tmp', sizeBytes: 64 << 20, mode: 0o1777 }, ...(spec.mounts ?? [])]),
    Devices: devices(spec.devices ?? []),
    DeviceRequests: deviceRequests(spec.deviceRequests ?? []),
    ...(spec.runtime === undefined ? {} : { Runtime: spec.runtime }),
    GroupAdd: (spec.groups ?? []).map(String),
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    LogConfig: { Type: 'none', Config: {} },
  },
});

const drain = (
  stream: Duplex,
  output: { stdout: { write(chunk: Buffer): void }; stderr: { write(chunk: Buffer): void } },
): Promise<void> => {
  const demux = createDemux({ stdout: output.stdout.write, stderr: output.stderr.write });
  stream.on('data', (chunk: Buffer) => {
    try {
      demux(chunk);
    } catch {
      stream.destroy();
    }
  });
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
  });
};
