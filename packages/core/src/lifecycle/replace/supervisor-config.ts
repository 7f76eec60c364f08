import type { SupervisorConfig } from '@nemoclaw/supervisor/protocol';
import { codedError } from '../../errors/index.ts';
import { objectNames } from '../names.ts';
import { objectLabels } from '../onboard/tools.ts';
import type { ReplaceData, ReplaceTools } from './data.ts';

type Where = Pick<ReplaceData, 'name' | 'sandboxId' | 'helperImage'>;

export const SUPERVISOR_FILE = 'supervisor.json';

export const readSupervisorConfig = async (
  tools: ReplaceTools,
  data: Where,
  signal: AbortSignal,
): Promise<SupervisorConfig> => {
  const volume = objectNames(data.name, data.sandboxId).volumes.sealed;
  const content = await tools.driver.readFile(
    { volume, image: data.helperImage, labels: objectLabels(tools, data), path: SUPERVISOR_FILE },
    { signal },
  );
  if (!content)
    throw codedError('STATE_MISSING', {
      message: `There is no ${SUPERVISOR_FILE} in ${volume}: no container could run by it.`,
    });
  return JSON.parse(content.toString('utf8')) as SupervisorConfig;
};

/** What the sealed volume says of the container that runs by it: its groups, and every command line of the workload. */
export const sealedWorkload = async (
  tools: ReplaceTools,
  data: Where,
  signal: AbortSignal,
): Promise<{ groups: number[]; commands: string[][] }> => {
  const { groups, runtime } = await readSupervisorConfig(tools, data, signal);
  const { command, tools: host } = runtime;
  return {
    groups,
    commands: [command, ...(host ? [host.command] : []), ...(host?.liaison ? [host.liaison.command] : [])],
  };
};

/** The sealed volume is the sandbox's, the generation and the groups in it are one container's: whoever starts next. */
export const configureFor = async (
  tools: ReplaceTools,
  data: Where,
  whose: { generation: string; groups: number[] },
  signal: AbortSignal,
): Promise<void> => {
  const config = await readSupervisorConfig(tools, data, signal);
  if (config.generation === whose.generation && JSON.stringify(config.groups) === JSON.stringify(whose.groups)) return;
  await tools.driver.putFiles(
    {
      volume: objectNames(data.name, data.sandboxId).volumes.sealed,
      image: data.helperImage,
      labels: objectLabels(tools, data),
      files: [
        {
          path: SUPERVISOR_FILE,
          type: 'file',
          content: `${JSON.stringify({ ...config, ...whose }, null, 2)}\n`,
          mode: 0o400,
          uid: 0,
          gid: 0,
        },
      ],
    },
    { signal },
  );
};
