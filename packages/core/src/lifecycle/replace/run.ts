import { type ContainerState, LABELS } from '@nemoclaw/plugin-api';
import type { CallOptions } from '../../api/nemoclaw.ts';
import type { SandboxPlan, SandboxRecord } from '../../api/records.ts';
import { codedError } from '../../errors/index.ts';
import { runOperation } from '../../operations/run.ts';
import { failureReporter } from '../failure.ts';
import { recordOf } from '../onboard/data.ts';
import { operationOptions } from '../operation-options.ts';
import { type KnownSandbox, runningContainer, runningRelay } from '../resolve.ts';
import type { Services } from '../services.ts';
import type { ReplaceData, ReplaceTools } from './data.ts';
import { withEnding } from './ending.ts';
import { replaceOperation } from './operation.ts';

/** What a replacement begins from: the container that runs, its generation, and the plan that it was made by. */
export const incumbentOf = async (
  services: Services,
  known: KnownSandbox,
  signal: AbortSignal | undefined,
): Promise<{ incumbent: ContainerState; generation: string; recorded: SandboxPlan }> => {
  const { name } = known.record;
  const driver = await services.driver();
  const incumbent = await runningContainer(services, driver, known, signal);
  await runningRelay(services, driver, known, signal);
  const recorded = await services.store.readPlan(name);
  if (!recorded)
    throw codedError('STATE_UNREADABLE', {
      message: `The plan that ${name} was created by (${services.store.paths(name).plan}) is missing.`,
    });
  return { incumbent, generation: incumbent.labels[LABELS.generation] ?? '', recorded };
};

/** Replaces, or all is as it was; `warnings` are those that the record `before` did not have. An error tells its ending. */
export const runReplacement = async (
  tools: ReplaceTools,
  data: ReplaceData,
  before: SandboxRecord,
  options: CallOptions,
): Promise<{ notes: string[]; warnings: string[] }> => {
  const { services, driver } = tools;
  try {
    const { notes, warnings } = await runOperation(replaceOperation(tools, data), {
      ...operationOptions(services, options),
      ...failureReporter({
        services,
        driver,
        name: data.name,
        operation: data.why,
        onProgress: options.onProgress,
        hookInput: () => ({
          sandbox: { id: data.sandboxId, name: data.name },
          operation: data.operationId,
          agent: before.agent.id,
        }),
        containers: () => ({ replacement: data.agentId, incumbent: data.incumbent.id }),
      }),
    });
    const fresh = recordOf(data).warnings.filter((warning) => !before.warnings.includes(warning));
    return { notes, warnings: [...warnings, ...fresh] };
  } catch (error) {
    throw await withEnding(tools, data, error);
  }
};
