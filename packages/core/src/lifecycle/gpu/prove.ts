import type { DeviceRequest } from '@nemoclaw/plugin-api';
import type { CallOptions, GpuProveResult } from '../../api/nemoclaw.ts';
import { codedError } from '../../errors/index.ts';
import { withLock } from '../operation-options.ts';
import { runInAgent } from '../probe-context.ts';
import { knownSandbox, refuseWhilePending, runningContainer } from '../resolve.ts';
import type { Services } from '../services.ts';

/** Asks again from inside; the answer replaces the recorded one, whatever it is. */
export const gpuProve = async (
  services: Services,
  input: string,
  options: CallOptions = {},
): Promise<GpuProveResult> => {
  const { name } = (await knownSandbox(services, input)).record;
  return withLock(services, name, 'gpu-prove', options, async () => {
    await refuseWhilePending(services, name);
    const known = await knownSandbox(services, name);
    const { record } = known;
    const { strategy: id } = record.gpu;
    if (id === null)
      throw codedError('GPU_NOT_APPLICABLE', {
        message: `Sandbox ${name} has no GPU: ${record.gpu.reason}`,
        hint: `\`${services.options.program} ${name} gpu set <strategy>\` gives it one.`,
      });
    const strategy = (await services.gpuStrategies()).find((one) => one.id === id);
    if (!strategy) throw codedError('GPU_UNKNOWN', { message: `The GPU strategy ${id} is not installed any more.` });
    const driver = await services.driver();
    const container = await runningContainer(services, driver, known, options.signal);
    const plan = await services.store.readPlan(name);
    const requested: DeviceRequest[] = plan?.plan.deviceRequests ?? [];
    const proof = await strategy.prove(
      { requested, run: runInAgent(driver, container.id), now: services.clock.now },
      options.signal ?? new AbortController().signal,
    );
    await services.store.writeRecord({ ...record, proofs: { ...record.proofs, gpu: proof } });
    return { strategy: id, proof };
  });
};
