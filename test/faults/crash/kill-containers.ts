import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LABELS, type Labels } from '@nemoclaw/plugin-api';
import { openEngine } from '../../integration/world/engine.ts';

/**
 * To the first process of the agent's container, or of every container of the home, helpers and probes too: SIGKILL
 * from the host, as by the kernel when memory is short. Nobody asked the engine, so their restart policies hold.
 */
export const killContainers = async (home: string, victim: 'agent' | 'every container'): Promise<void> => {
  const driver = openEngine();
  const { id } = JSON.parse(readFileSync(join(home, 'home.json'), 'utf8')) as { id: string };
  const labels: Labels = { [LABELS.home]: id, ...(victim === 'agent' ? { [LABELS.role]: 'agent' } : {}) };
  for (const container of await driver.list(labels)) {
    const { State } = ((await driver.inspectRaw(container.id)) ?? {}) as { State?: { Pid?: number } };
    if (!State?.Pid) continue;
    try {
      process.kill(State.Pid, 'SIGKILL');
    } catch (error) {
      // It ended by itself since.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
};
