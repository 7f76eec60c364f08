import { CodedError, type Driver, LABELS, type VolumeState } from '@nemoclaw/plugin-api';
import type { Engine } from '../engine/call.ts';
import { isCode } from '../engine/codes.ts';
import { labelFilter } from '../engine/filters.ts';
import { foreignLabel } from '../networks/state.ts';

type Volumes = Pick<Driver, 'ensureVolume' | 'inspectVolume' | 'listVolumes' | 'removeVolume'>;

interface VolumeDocument {
  Name: string;
  Labels?: Record<string, string> | null;
}

const stateOf = (volume: VolumeDocument, created = false): VolumeState => ({
  name: volume.Name,
  labels: volume.Labels ?? {},
  created,
});

export const inspectVolume = async (
  engine: Engine,
  name: string,
  signal?: AbortSignal,
): Promise<VolumeState | undefined> => {
  try {
    const spec = { operation: 'inspect volume', object: name, answer: 'json', idempotent: true, signal } as const;
    return stateOf(await engine.call(spec, (docker) => docker.getVolume(encodeURIComponent(name)).inspect()));
  } catch (error) {
    if (isCode(error, 'ENGINE_NOT_FOUND')) return undefined;
    throw error;
  }
};

/** The engine makes a missing volume anew, empty and unlabelled, when a container names it: ask before. */
export const requireVolumes = async (engine: Engine, names: string[], signal?: AbortSignal): Promise<void> => {
  for (const name of new Set(names)) {
    if (await inspectVolume(engine, name, signal)) continue;
    throw new CodedError('ENGINE_NOT_FOUND', {
      message: `Volume ${name} is not there; the engine would have made an empty one in its place.`,
      details: { operation: 'inspect volume', object: name, status: 404, engineMessage: '' },
    });
  }
};

export const createVolumes = (engine: Engine): Volumes => {
  /** The second time it is there, or gone, already. */
  const again = (signal: AbortSignal | undefined) => ({ idempotent: true, timeoutMs: engine.budgets.change, signal });
  return {
    async ensureVolume(spec, { signal } = {}) {
      const present = await inspectVolume(engine, spec.name, signal);
      if (!present) {
        const asked = { operation: 'create volume', object: spec.name, answer: 'json', ...again(signal) } as const;
        const body = { _query: {}, _body: { Name: spec.name, Labels: spec.labels } } as object;
        await engine.call(asked, (docker) => docker.createVolume(body));
      }
      // The engine answers 201 also for a volume that somebody else made in between, with their labels.
      const volume = present ?? (await inspectVolume(engine, spec.name, signal));
      const foreign = volume ? foreignLabel(spec.labels, volume.labels, [LABELS.operation]) : 'it vanished';
      if (volume && foreign === undefined) return { ...volume, created: !present };
      throw new CodedError('ENGINE_CONFLICT', {
        message: `A volume called ${spec.name} is there already and is not ours: ${foreign}.`,
        hint: `Look at it with \`docker volume inspect ${spec.name}\`; remove it if nothing needs it.`,
        details: { operation: 'ensure volume', object: spec.name, status: null, engineMessage: '' },
      });
    },
    inspectVolume: (name, { signal } = {}) => inspectVolume(engine, name, signal),
    async listVolumes(labels, { signal } = {}) {
      const spec = { operation: 'list volumes', object: '', answer: 'json', idempotent: true, signal } as const;
      const found = await engine.call(spec, (docker) => docker.listVolumes({ filters: labelFilter(labels) as never }));
      return ((found.Volumes ?? []) as VolumeDocument[]).map((volume) => stateOf(volume));
    },
    async removeVolume(name, { signal } = {}) {
      try {
        const spec = { operation: 'remove volume', object: name, answer: 'none', ...again(signal) } as const;
        await engine.call(spec, (docker) => docker.getVolume(encodeURIComponent(name)).remove());
      } catch (error) {
        if (!isCode(error, 'ENGINE_NOT_FOUND')) throw error;
      }
    },
  };
};
