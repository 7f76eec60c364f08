import type { ContainerSpec, JsonObject, PlanPatch } from '@nemoclaw/plugin-api';
import type { SandboxPlan } from '../../api/records.ts';
import { codedError } from '../../errors/index.ts';
import { applyPatch, type PatchedPlan } from '../../hooks/patch.ts';
import { runPreCreate } from '../../hooks/runner.ts';
import { memoryOf } from '../isolation.ts';
import { type Agent, hookOptions } from '../services.ts';
import { agentSpec } from '../specs.ts';
import { asJson, type OnboardData, planOf, recordOf } from './data.ts';
import { gpuRouting } from './preflight.ts';
import { labelsFor, type OnboardStep, type OnboardTools } from './tools.ts';

/** What the recorded strategy wants of the plan. One that was recorded is kept: it is what was proved. */
const gpuPatch = async ({ services }: OnboardTools, data: OnboardData): Promise<JsonObject | null> => {
  const { strategy: id, requested } = recordOf(data).gpu;
  if (id === null) return null;
  if (data.gpuPatch) return data.gpuPatch;
  const strategy = (await services.gpuStrategies()).find((candidate) => candidate.id === id);
  if (!strategy) throw codedError('GPU_UNKNOWN', { message: `The GPU strategy ${id} is not installed any more.` });
  const { facts } = await gpuRouting(services, id, requested);
  return asJson(await strategy.prepare(facts, { devices: requested, env: services.options.env }));
};

/** `base`, then the GPU strategy's part, then what pre-create hooks add; each field remembers who set it. */
export const applyPlugins = async (
  { services }: OnboardTools,
  data: OnboardData,
  base: ContainerSpec,
  signal: AbortSignal,
): Promise<PatchedPlan> => {
  const record = recordOf(data);
  const { plan, provenance } = data.gpuPatch
    ? applyPatch(base, data.gpuPatch as PlanPatch, `gpu ${record.gpu.strategy}`)
    : { plan: base, provenance: {} };
  const registry = await services.registry();
  return runPreCreate(
    await registry.hooks('pre-create'),
    {
      sandbox: { id: data.sandboxId, name: data.name },
      operation: data.operationId,
      agent: record.agent.id,
      plan,
    },
    { ...hookOptions(services, signal), provenance },
  );
};

export const planStep = (tools: OnboardTools): OnboardStep => ({
  id: 'plan',
  title: 'Ask the plugins about the plan',
  async run({ data, save, signal, note }) {
    const base = agentSpec({
      sandbox: { id: data.sandboxId, name: data.name },
      labels: labelsFor(tools, data, 'agent', data.generations.agent),
      image: data.agentImage,
      networkId: data.networkId,
      memoryBytes: memoryOf(tools.agent, recordOf(data).agent.isolation),
    });
    data.gpuPatch = await gpuPatch(tools, data);
    const { plan, provenance } = await applyPlugins(tools, data, base, signal);
    data.basePlan = asJson(base);
    data.plan = asJson(plan);
    data.gpuRequested = plan.deviceRequests.map(asJson);
    data.provenance = provenance;
    data.secretKeys = declaredKeys(tools.agent);
    await save();
    const set = Object.entries(provenance);
    if (set.length > 0) note(set.map(([field, plugin]) => `${field} by ${plugin}`).join(', '));
  },
});

/** A plugin may be written without types. */
export const declaredKeys = ({ secrets }: Pick<Agent, 'secrets'>): string[] =>
  Array.isArray(secrets?.keys) ? secrets.keys.filter((key) => typeof key === 'string') : [];

/** Where the next replacement starts from; `undefined` when this operation made no container. */
export const planRecord = (data: OnboardData): SandboxPlan | undefined => {
  const { strategy } = recordOf(data).gpu;
  if (Object.keys(data.basePlan).length === 0) return undefined;
  return {
    version: 1,
    sandboxId: data.sandboxId,
    name: data.name,
    base: data.basePlan as unknown as ContainerSpec,
    gpu:
      data.gpuPatch && strategy !== null
        ? { strategy, candidate: data.gpuCandidate || null, patch: data.gpuPatch as PlanPatch }
        : null,
    plan: planOf(data),
    provenance: data.provenance,
    ...(data.secretKeys?.length ? { secretKeys: data.secretKeys } : {}),
  };
};
