import type { CallOptions, GpuExplanation } from '../../api/nemoclaw.ts';
import { gpuRouting } from '../onboard/preflight.ts';
import { knownSandbox } from '../resolve.ts';
import type { Services } from '../services.ts';

/** Each strategy's bid on this host and its reason, what it is, and with a name what that sandbox has. */
export const gpuExplain = async (
  services: Services,
  name: string | undefined,
  _options: CallOptions = {},
): Promise<GpuExplanation> => {
  const known = name === undefined ? undefined : await knownSandbox(services, name);
  const devices = known?.record.gpu.requested ?? [];
  const { facts, bids, chosen, reason } = await gpuRouting(services, 'auto', devices);
  const plan = known && (await services.store.readPlan(known.record.name));
  const strategies = await Promise.all(
    (await services.gpuStrategies()).map(async (strategy) => ({
      id: strategy.id,
      title: strategy.title,
      text: await strategy.explain(),
      candidates: strategy.candidates
        ? (await strategy.candidates(facts, { devices, env: services.options.env })).map(({ title }) => title)
        : [],
    })),
  );
  return {
    bids,
    chosen,
    reason,
    strategies,
    ...(known
      ? {
          sandbox: {
            name: known.record.name,
            gpu: known.record.gpu,
            candidate: plan?.gpu?.candidate ?? null,
            ...(known.record.proofs.gpu ? { proof: known.record.proofs.gpu } : {}),
          },
        }
      : {}),
  };
};
