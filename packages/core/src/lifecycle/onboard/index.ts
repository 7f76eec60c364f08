import { join } from 'node:path';
import type { CallOptions, OnboardInput, OnboardPlan, OnboardResult } from '../../api/nemoclaw.ts';
import type { SandboxRecord } from '../../api/records.ts';
import { toCodedError } from '../../errors/index.ts';
import { runOperation } from '../../operations/run.ts';
import { failureReporter } from '../failure.ts';
import { gpuSetLocked, NO_GPU } from '../gpu/set.ts';
import { operationOptions, withLock } from '../operation-options.ts';
import type { Services } from '../services.ts';
import { recordOf } from './data.ts';
import { existing } from './existing.ts';
import { newOnboardData } from './new-data.ts';
import { onboardOperation } from './operation.ts';
import { type Preflight, preflight } from './preflight.ts';
import type { OnboardTools } from './tools.ts';

const planOfPreflight = (found: Preflight, steps: { id: string; title: string }[]): OnboardPlan => ({
  sandbox: found.name,
  agent: { id: found.agent.contribution.id, version: found.agent.contribution.version, plugin: found.agent.plugin },
  provider: {
    id: found.provider.record.id,
    endpoint: found.provider.relayBaseUrl,
    model: found.provider.model,
    contextTokens: found.provider.contextTokens,
    why: found.provider.why,
  },
  profile: { id: found.profile.profile.id, why: found.profile.why },
  isolation: { mode: found.isolation.mode.mode, why: found.isolation.why },
  gpu: { bids: found.gpu.bids, chosen: found.gpu.chosen, reason: found.gpu.reason },
  steps,
  provenance: {},
});

/** Create a sandbox and prove it, or leave nothing of it behind. */
export const onboard = async (
  services: Services,
  input: OnboardInput,
  options: CallOptions = {},
): Promise<OnboardResult> => {
  const { store, clock } = services;
  const begin = clock.elapsed();
  if (input.credential !== undefined) services.redactor.learn(input.credential);
  if (!input.dryRun) await store.ensureHome();
  const found = await preflight(services, input, options);
  const data = newOnboardData(found, input, clock.now());
  const tools: OnboardTools = {
    services,
    driver: await services.driver(),
    agent: found.agent.contribution,
    homeId: input.dryRun ? '00000000' : await store.homeId(),
  };
  const operation = onboardOperation(tools, data, input.credential);
  const plan = planOfPreflight(
    found,
    operation.steps.map(({ id, title }) => ({ id, title })),
  );
  const preflightMs = clock.elapsed() - begin;
  if (input.dryRun) return { plan, warnings: found.warnings, timings: { preflight: preflightMs } };
  for (const warning of found.warnings) options.onProgress?.({ type: 'note', level: 'warn', text: warning });

  return withLock(services, found.name, 'onboard', options, async () => {
    // Somebody else may have made it while we looked and waited.
    const there = await existing(services, found.name);
    if (there) throw there;
    const outcome = await leavingNothing(services, found.name, () =>
      runOperation(operation, {
        ...operationOptions(services, options),
        ...failureReporter({
          services,
          onProgress: options.onProgress,
          driver: tools.driver,
          name: found.name,
          operation: 'onboard',
          evidenceFolder: join(services.options.home, 'evidence', found.name),
          hookInput: () => ({
            sandbox: { id: data.sandboxId, name: data.name },
            operation: data.operationId,
            agent: recordOf(data).agent.id,
          }),
          containers: () => ({ agent: data.agentId, relay: data.relayId, forward: data.forwardId }),
        }),
      }),
    );
    const record = await withSwappedGpu(services, found, recordOf(data), options);
    return {
      plan: { ...plan, provenance: data.provenance },
      record,
      ...(data.answer === '' ? {} : { answer: data.answer }),
      warnings: record.warnings,
      timings: { preflight: preflightMs, ...outcome.timings },
    };
  });
};

/**
 * The GPU of a strategy that works by replacing the container: the sandbox stands and is proved without it by now, so a
 * failure leaves it as it is. That is a warning where the choice was ours, and an error where the user named the strategy.
 */
const withSwappedGpu = async (
  services: Services,
  found: Preflight,
  record: SandboxRecord,
  options: CallOptions,
): Promise<SandboxRecord> => {
  const { chosen } = found.gpu;
  if (chosen === null || record.gpu.strategy === chosen) return record;
  try {
    const request = record.gpu.mode === 'auto' ? 'auto' : chosen;
    return (await gpuSetLocked(services, record.name, request, options)).record;
  } catch (error) {
    const { code, message, hint } = toCodedError(error);
    if (record.gpu.mode !== 'auto' || code === 'INTERRUPTED') throw error;
    const warning = `${NO_GPU}${message}`;
    options.onProgress?.({ type: 'note', level: 'warn', text: hint === undefined ? warning : `${warning} ${hint}` });
    const kept = (await services.store.readRecord(record.name)) ?? record;
    const told = { ...kept, gpu: { ...kept.gpu, reason: message }, warnings: [...kept.warnings, warning] };
    await services.store.writeRecord(told);
    return told;
  }
};

/** Undone to the last: then nothing of it stays, the folder neither. Otherwise the journal is there, and is what `recover` needs. */
const leavingNothing = async <T>({ store }: Services, name: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(await store.readOperation(name))) await store.removeSandbox(name);
    throw error;
  }
};
