import { CodedError, type ContainerState, type Driver, type JsonObject } from '@nemoclaw/plugin-api';
import type { ContainerInspectInfo } from 'dockerode';
import type { CallSpec, Engine } from '../engine/call.ts';
import { isCode, isUnanswered, statusOf } from '../engine/codes.ts';
import { labelFilter } from '../engine/filters.ts';
import { createContainer, removeContainer } from '../throwaway/container.ts';
import { requireVolumes } from '../volumes/volumes.ts';
import { clonePlan } from './clone-plan.ts';
import { differences } from './compare.ts';
import { createBody, volumesOf } from './create-body.ts';
import { imageConfig } from './image-config.ts';
import { containerState } from './state.ts';

type Containers = Pick<
  Driver,
  | 'create'
  | 'start'
  | 'stop'
  | 'restart'
  | 'remove'
  | 'rename'
  | 'setRestartPolicy'
  | 'inspect'
  | 'inspectRaw'
  | 'list'
  | 'top'
  | 'clonePlan'
  | 'unapplied'
>;

export const createContainers = (engine: Engine): Containers => {
  const of = encodeURIComponent;
  const change = (operation: string, object: string, extra: Partial<CallSpec>): CallSpec => ({
    operation: `${operation} container`,
    object,
    answer: 'none',
    ...extra,
  });

  const again = (signal: AbortSignal | undefined): Partial<CallSpec> => ({
    idempotent: true,
    timeoutMs: engine.budgets.change,
    signal,
  });

  const inspectRaw = async (id: string, signal?: AbortSignal): Promise<ContainerInspectInfo | undefined> => {
    try {
      const spec = change('inspect', id, { answer: 'json', idempotent: true, signal });
      return await engine.call(spec, (docker) => docker.getContainer(of(id)).inspect());
    } catch (error) {
      if (isCode(error, 'ENGINE_NOT_FOUND')) return undefined;
      throw error;
    }
  };

  const present = async (id: string, signal?: AbortSignal): Promise<ContainerInspectInfo> => {
    const document = await inspectRaw(id, signal);
    if (document) return document;
    throw new CodedError('ENGINE_NOT_FOUND', { message: `There is no container ${id}.`, details: { object: id } });
  };

  const restart: Driver['restart'] = async (id, { timeoutSeconds, signal }) => {
    const spec = change('restart', id, { timeoutMs: timeoutSeconds * 1000 + engine.budgets.start, signal });
    await engine.call(spec, (docker) => docker.getContainer(of(id)).restart({ t: timeoutSeconds }));
  };

  return {
    async create(spec, { signal } = {}) {
      await requireVolumes(engine, volumesOf(spec.mounts), signal);
      return { id: await createContainer(engine, { name: spec.name, body: createBody(spec), signal }) };
    },
    async start(id, { signal } = {}) {
      const spec = change('start', id, { timeoutMs: engine.budgets.start, idempotent: true, signal });
      const already = await unlessAlready(engine.call(spec, (docker) => docker.getContainer(of(id)).start()));
      // One that keeps ending and waits for the engine's next try, up to a minute away, counts as started to the engine.
      if (already && (await present(id, signal)).State.Status === 'restarting')
        await restart(id, { timeoutSeconds: 0, ...(signal && { signal }) });
    },
    async stop(id, { timeoutSeconds, signal }) {
      const spec = change('stop', id, {
        timeoutMs: timeoutSeconds * 1000 + engine.budgets.start,
        idempotent: true,
        signal,
      });
      await unlessAlready(engine.call(spec, (docker) => docker.getContainer(of(id)).stop({ t: timeoutSeconds })));
    },
    restart,
    remove: (id, { force = false, signal } = {}) => removeContainer(engine, id, { force, signal }),
    async rename(id, name, { signal } = {}) {
      try {
        await engine.call(change('rename', id, { signal }), (docker) => docker.getContainer(of(id)).rename({ name }));
      } catch (error) {
        // The same name a second time is refused, so it is looked at instead.
        if (!isUnanswered(error) || (await inspectRaw(id, signal))?.Name !== `/${name}`) throw error;
      }
    },
    async setRestartPolicy(id, policy, { signal } = {}) {
      const body = { RestartPolicy: { Name: policy, MaximumRetryCount: 0 } };
      await engine.call(change('update', id, again(signal)), (docker) => docker.getContainer(of(id)).update(body));
    },
    async inspect(id, { signal } = {}) {
      const document = await inspectRaw(id, signal);
      return document && containerState(document);
    },
    async inspectRaw(id, { signal } = {}) {
      return (await inspectRaw(id, signal)) as unknown as JsonObject | undefined;
    },
    async top(id, { signal } = {}) {
      const spec = change('list processes of', id, { answer: 'json', idempotent: true, signal });
      // `comm` and not `args`: what a process was told may be secret.
      const query = { ps_args: '-eo pid,ppid,uid,stat,etime,rss,nlwp,comm' };
      const found = await engine.call(spec, (docker) => docker.getContainer(of(id)).top(query));
      return { titles: found.Titles, processes: found.Processes ?? [] };
    },
    async clonePlan(id, plans, { signal } = {}) {
      const document = await present(id, signal);
      return clonePlan(document, plans, await imageConfig(engine, document.Image, signal));
    },
    async unapplied(id, plan, { signal } = {}) {
      const document = await present(id, signal);
      const ofImage = await imageConfig(engine, document.Image, signal);
      return differences(document, plan, ofImage).map(({ field }) => field);
    },
    async list(labels, { signal } = {}) {
      const spec = { operation: 'list containers', object: '', answer: 'json', idempotent: true, signal } as const;
      const found = await engine.call(spec, (docker) =>
        docker.listContainers({ all: true, filters: labelFilter(labels) as never }),
      );
      const states = await Promise.all(found.map(({ Id }) => inspectRaw(Id, signal)));
      // What went between list and inspect is gone.
      return states.flatMap((document): ContainerState[] => (document ? [containerState(document)] : []));
    },
  };
};

/** 304: it was in that state before, which is no error. Resolves with whether it was. */
const unlessAlready = async (call: Promise<unknown>): Promise<boolean> => {
  try {
    await call;
    return false;
  } catch (error) {
    if (statusOf(error) === 304) return true;
    throw error;
  }
};
