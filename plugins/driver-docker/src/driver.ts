import type { Driver } from '@nemoclaw/plugin-api';
import { createContainers } from './containers/containers.ts';
import { budgetsFor } from './engine/budgets.ts';
import { createEngine } from './engine/call.ts';
import { resolveEndpoint } from './engine/endpoint.ts';
import { createWatch } from './events/watch.ts';
import { createExec } from './exec/exec.ts';
import { createInteractive } from './exec/interactive.ts';
import { createHost } from './host/facts.ts';
import { createBuildImage } from './images/build.ts';
import { createImages } from './images/images.ts';
import { createLogs } from './logs/logs.ts';
import { createNetworks } from './networks/networks.ts';
import { createRunHelper } from './throwaway/run-helper.ts';
import { createFiles } from './volumes/files.ts';
import { createVolumes } from './volumes/volumes.ts';

/** One driver for the engine that `env` points at. Opens nothing until its first call. */
export const createDockerDriver = (env: Readonly<Record<string, string | undefined>>): Driver => {
  const engine = createEngine(resolveEndpoint(env), { budgets: budgetsFor(env) });
  return {
    ...createHost(engine, process.platform),
    ...createNetworks(engine),
    ...createVolumes(engine),
    ...createFiles(engine),
    ...createImages(engine),
    buildImage: createBuildImage(engine),
    ...createContainers(engine),
    exec: createExec(engine),
    interactive: createInteractive(engine),
    runHelper: createRunHelper(engine),
    logs: createLogs(engine),
    watch: createWatch(engine),
  };
};
