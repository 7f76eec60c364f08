import type { ContainerSpec } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { applyPatch } from '../../hooks/patch.ts';
import { runPreCreate } from '../../hooks/runner.ts';
import { memoryOf } from '../isolation.ts';
import { hookOptions } from '../services.ts';
import { agentSpec } from '../specs.ts';
import { asJson, type OnboardData, recordOf } from './data.ts';
import { gpuRouting } from './preflight.ts';
import { labelsFor, type OnboardStep, type OnboardTools } from './tools.ts';

/** The plan as core makes it, then the GPU strategy's part, then what pre-create hooks add; each field remembers who set it. */
export const buildPlan = async (
  tools: OnboardTools,
  data: OnboardData,
  signal: AbortSignal,
): Promise<{ plan: ContainerSpec; provenance: Record<string, string> }> => {
  const { services, agent } = tools;
  const record = recordOf(data);
  let plan = agentSpec({
    sandbox: { id: data.sandboxId, name: data.name },
    labels: labelsFor(tools, data, 'agent', data.generations.agent),
    image: data.agentImage,
    networkId: data.networkId,
    memoryBytes: memoryOf(agent, record.agent.isolation),
  });
  let provenance: Record<string, string> = {};

  if (record.gpu.strategy !== null) {
    const strategy = (await services.gpuStrategies()).find((candidate) => candidate.id === record.gpu.strategy);
    if (!strategy)
      throw codedError('GPU_UNKNOWN', {
        message: `The GPU strategy ${record.gpu.strategy} is not installed any more.`,
      });
    const { facts } = await gpuRouting(services, record.gpu.strategy);
    const patch = await strategy.prepare(facts, { devices: record.gpu.requested, env: services.options.env });
    const applied = applyPatch(plan, patch, `gpu ${strategy.id}`);
    plan = applied.plan;
    provenance = applied.provenance;
    data.gpuRequested = plan.deviceRequests.map(asJson);
  }

  const registry = await services.registry();
  const hooked = await runPreCreate(
    await registry.hooks('pre-create'),
    {
      sandbox: { id: data.sandboxId, name: data.name },
      operation: data.operationId,
      agent: record.agent.id,
      plan,
    },
    { ...hookOptions(services, signal), provenance },
  );
  return { plan: hooked.plan, provenance: hooked.provenance };
};

export const planStep = (tools: OnboardTools): OnboardStep => ({
  id: 'plan',
  title: 'Ask the plugins about the plan',
  async run({ data, save, signal, note }) {
    const { plan, provenance } = await buildPlan(tools, data, signal);
    data.plan = asJson(plan);
    data.provenance = provenance;
    await save();
    const set = Object.entries(provenance);
    if (set.length > 0) note(set.map(([field, plugin]) => `${field} by ${plugin}`).join(', '));
  },
});
