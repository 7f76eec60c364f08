import { setTimeout as sleep } from 'node:timers/promises';
import {
  CodedError,
  type Driver,
  LABELS,
  type Labels,
  type NetworkSpec,
  type NetworkState,
} from '@nemoclaw/plugin-api';
import type { Engine } from '../engine/call.ts';
import { isCode } from '../engine/codes.ts';
import { labelFilter } from '../engine/filters.ts';
import { foreignLabel, type NetworkDocument, networkBody, networkState } from './state.ts';

const APPEARS_WITHIN_MS = 15_000;
const APPEARS_EVERY_MS = 100;

type Networks = Pick<Driver, 'ensureNetwork' | 'inspectNetwork' | 'listNetworks' | 'removeNetwork'>;

export const createNetworks = (engine: Engine): Networks => {
  const again = (signal: AbortSignal | undefined) => ({ idempotent: true, timeoutMs: engine.budgets.change, signal });

  const inspect = async (id: string, signal?: AbortSignal): Promise<NetworkDocument | undefined> => {
    try {
      const spec = { operation: 'inspect network', object: id, answer: 'json', idempotent: true, signal } as const;
      return (await engine.call(spec, (docker) =>
        docker.getNetwork(encodeURIComponent(id)).inspect(),
      )) as NetworkDocument;
    } catch (error) {
      if (isCode(error, 'ENGINE_NOT_FOUND')) return undefined;
      throw error;
    }
  };

  /** By exact name: the engine takes an id's beginning for a name as well. */
  const byName = async (name: string, signal?: AbortSignal): Promise<NetworkDocument | undefined> => {
    const found = await inspect(name, signal);
    return found?.Name === name ? found : undefined;
  };

  const create = async (spec: NetworkSpec, signal?: AbortSignal): Promise<string | 'exists'> => {
    let refusal: unknown;
    for (const subnet of spec.subnets) {
      try {
        const asked = {
          operation: 'create network',
          object: `${spec.name} (${subnet})`,
          answer: 'json',
          // One name, one network: the second time it is refused, or was not there the first time.
          ...again(signal),
        } as const;
        const body = { _query: {}, _body: networkBody(spec, subnet) } as unknown as { Name: string };
        return (await engine.call(asked, (docker) => docker.createNetwork(body))).id;
      } catch (error) {
        if (isCode(error, 'ENGINE_CONFLICT') && /already exists/i.test(error.message)) return 'exists';
        if (!isRangeTaken(error)) throw error;
        refusal = error;
      }
    }
    throw new CodedError('ENGINE_CONFLICT', {
      message: `No address range is free for network ${spec.name}: the engine refused ${spec.subnets.join(', ') || 'an empty list'}.`,
      hint: 'Remove networks that are not used (`docker network ls`), or choose another range in the configuration.',
      details: {
        operation: 'create network',
        object: spec.name,
        status: null,
        engineMessage: String((refusal as Error)?.message ?? ''),
      },
      cause: refusal,
    });
  };

  /** Who has the name. Its create may still be in flight: the name is taken before the network can be seen. */
  const winner = async (name: string, signal?: AbortSignal): Promise<NetworkDocument> => {
    for (let tries = APPEARS_WITHIN_MS / APPEARS_EVERY_MS; tries > 0; tries -= 1) {
      const found = await byName(name, signal);
      if (found) return found;
      await sleep(APPEARS_EVERY_MS, undefined, { signal });
    }
    throw new CodedError('ENGINE_CONFLICT', {
      message: `The engine says that there is a network called ${name}, and does not show it.`,
      hint: `Look at it with \`docker network inspect ${name}\`, then try again.`,
      details: { operation: 'ensure network', object: name, status: null, engineMessage: '' },
    });
  };

  const ensureNetwork = async (spec: NetworkSpec, { signal }: { signal?: AbortSignal } = {}): Promise<NetworkState> => {
    const present = await byName(spec.name, signal);
    if (present) return accept(spec, present);
    const made = await create(spec, signal);
    if (made === 'exists') return accept(spec, await winner(spec.name, signal));
    const document = await inspect(made, signal);
    const state = document && networkState(document, true);
    if (state?.kind === spec.kind) return state;
    await remove(made);
    throw new CodedError('ENGINE_TOO_OLD', {
      message: `The engine made network ${spec.name} without the options of an ${spec.kind} one.`,
      hint: 'NemoClaw needs Docker Engine 28.2 or newer (API 1.50), with its own bridge driver. Upgrade the engine.',
      details: {
        operation: 'create network',
        object: spec.name,
        status: null,
        engineMessage: `options: ${JSON.stringify(document?.Options ?? null)}`,
      },
    });
  };

  const remove = async (id: string, signal?: AbortSignal): Promise<void> => {
    try {
      const spec = { operation: 'remove network', object: id, answer: 'none', ...again(signal) } as const;
      await engine.call(spec, (docker) => docker.getNetwork(encodeURIComponent(id)).remove());
    } catch (error) {
      if (!isCode(error, 'ENGINE_NOT_FOUND')) throw error;
    }
  };

  return {
    ensureNetwork,
    async inspectNetwork(id, { signal } = {}) {
      const document = await inspect(id, signal);
      return document && networkState(document);
    },
    async listNetworks(labels: Labels, { signal } = {}) {
      const spec = { operation: 'list networks', object: '', answer: 'json', idempotent: true, signal } as const;
      const found = await engine.call(spec, (docker) => docker.listNetworks({ filters: labelFilter(labels) as never }));
      return (found as NetworkDocument[]).map((document) => networkState(document));
    },
    removeNetwork: (id, { signal } = {}) => remove(id, signal),
  };
};

const isRangeTaken = (error: unknown): boolean =>
  error instanceof CodedError &&
  /overlap|no available network|already in use/i.test(String(error.details?.engineMessage));

const accept = (spec: NetworkSpec, document: NetworkDocument): NetworkState => {
  const state = networkState(document);
  const foreign =
    foreignLabel(spec.labels, state.labels, [LABELS.operation]) ??
    (state.kind === spec.kind ? undefined : `it is of kind ${state.kind}, not ${spec.kind}`);
  if (foreign === undefined) return state;
  throw new CodedError('ENGINE_CONFLICT', {
    message: `A network called ${spec.name} is there already and is not ours: ${foreign}.`,
    hint: `Look at it with \`docker network inspect ${spec.name}\`; remove it if nothing needs it.`,
    details: { operation: 'ensure network', object: spec.name, status: null, engineMessage: '', id: state.id },
  });
};
