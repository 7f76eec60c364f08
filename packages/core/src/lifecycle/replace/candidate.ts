import { randomBytes } from 'node:crypto';
import {
  type GpuCandidate,
  type HelperResult,
  IDS,
  LABELS,
  oneLine,
  PATHS,
  type PlanPatch,
} from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { applyPatch } from '../../hooks/patch.ts';
import { containerLabels } from '../names.ts';
import { asJson, recordOf } from '../onboard/data.ts';
import { gpuRouting } from '../onboard/preflight.ts';
import { identity } from '../onboard/tools.ts';
import type { ReplaceData, ReplaceStep, ReplaceTools } from './data.ts';

const TRY_MS = 60_000;

const said = (result: HelperResult): string | undefined => {
  switch (result.outcome) {
    case 'exited':
      return result.exitCode === 0
        ? undefined
        : `a container with it ended with ${result.exitCode}: ${oneLine(result.stderr || result.stdout, 200)}`;
    case 'not_started':
      return `a container with it did not start: ${oneLine(result.message, 300)}`;
    case 'timed_out':
      return `a container with it did not end within ${TRY_MS / 1000} s`;
  }
};

/** An engine that does not answer says nothing about a GPU. */
const refuseSilence = (result: HelperResult): HelperResult => {
  if (result.outcome === 'not_started' && result.reason === 'engine_unreachable')
    throw codedError('ENGINE_NOT_RUNNING', { message: result.message });
  return result;
};

/** Why not, or `undefined` when a throw-away container started and ran with it; create alone accepts anything. */
const tryOut = async (
  tools: ReplaceTools,
  data: ReplaceData,
  { id, patch }: GpuCandidate,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const { env, devices, deviceRequests, runtime, groups } = patch;
  const labels = containerLabels(identity(tools, data), 'helper', data.generations.forward, data.operationId);
  const { [LABELS.generation]: _none, ...throwAway } = labels;
  return said(
    refuseSilence(
      await tools.driver.runHelper(
        {
          name: `nemoclaw-candidate-${id}-${randomBytes(4).toString('hex')}`,
          labels: throwAway,
          image: data.helperImage,
          argv: [PATHS.gpuProof],
          user: `${IDS.gateway}:${IDS.gateway}`,
          network: 'none',
          timeoutMs: TRY_MS,
          ...(env ? { env } : {}),
          ...(devices ? { devices } : {}),
          ...(deviceRequests ? { deviceRequests } : {}),
          ...(runtime === undefined ? {} : { runtime }),
          ...(groups ? { groups } : {}),
        },
        { signal },
      ),
    ),
  );
};

const firstWorking = async (
  tools: ReplaceTools,
  data: ReplaceData,
  strategy: string,
  candidates: GpuCandidate[],
  signal: AbortSignal,
): Promise<{ candidate: GpuCandidate; tried: string[] }> => {
  const tried: string[] = [];
  for (const candidate of candidates) {
    // What may not stand in a plan is not tried either.
    applyPatch(data.recordedPlan as never, candidate.patch, `gpu ${strategy}`);
    const why = await tryOut(tools, data, candidate, signal);
    if (why === undefined) return { candidate, tried };
    tried.push(`${candidate.title}: ${why}`);
  }
  throw codedError('GPU_INJECTION_FAILED', {
    message: `No way of ${strategy} to give a container the GPU works here. ${tried.join('; ') || 'It knows of none on this host.'}`,
    details: { strategy, tried },
  });
};

/** Before anything is stopped: the strategy's part of the plan, tried out where it knows several ways. */
export const candidateStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'candidate',
  title: 'Find a way to give the GPU that works',
  async run({ data, save, signal, note, skip }) {
    const { strategy: id, requested } = recordOf(data).gpu;
    data.gpuPatch = null;
    data.gpuCandidate = '';
    if (id === null) return skip('no GPU is asked for');
    const { services } = tools;
    const strategy = (await services.gpuStrategies()).find((one) => one.id === id);
    if (!strategy) throw codedError('GPU_UNKNOWN', { message: `The GPU strategy ${id} is not installed any more.` });
    const { facts } = await gpuRouting(services, id, requested);
    const request = { devices: requested, env: services.options.env };
    if (strategy.candidates) {
      const candidates = await strategy.candidates(facts, request);
      const { candidate, tried } = await firstWorking(tools, data, id, candidates, signal);
      data.gpuPatch = asJson(candidate.patch);
      data.gpuCandidate = candidate.id;
      note([...tried, `${candidate.title}: a container ran with it`].join('; '));
    } else {
      const patch: PlanPatch = await strategy.prepare(facts, request);
      data.gpuPatch = asJson(patch);
    }
    await save();
  },
  async undo({ data, signal }) {
    const left = await tools.driver.list(
      { [LABELS.sandboxId]: data.sandboxId, [LABELS.role]: 'helper', [LABELS.operation]: data.operationId },
      { signal },
    );
    for (const container of left) await tools.driver.remove(container.id, { force: true, signal });
  },
});
