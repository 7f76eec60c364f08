// Run inside a private engine: `<verb> <home> <name> <endpoint> <model> [step to halt before]`. Says each step's beginning and,
// at the end, how it went; one JSON object a line. Where it is told to halt it stands still until a line comes in.
import { readSync, writeSync } from 'node:fs';
import type { Nemoclaw, ProgressEvent } from '@nemoclaw/core';
import { isCodedError } from '@nemoclaw/plugin-api';
import { onboardInput, openCore, QUICK } from '../../integration/world/core.ts';
import { PRETEND } from './pretend-gpu.ts';

const [verb = '', home = '', name = '', endpoint = '', model = '', halt = ''] = process.argv.slice(2);

const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);
/** The whole process, as one that is not scheduled for a while. */
const standStill = (): void => {
  for (const pause = new Int32Array(new SharedArrayBuffer(4)); ; Atomics.wait(pause, 0, 0, 10)) {
    try {
      readSync(0, Buffer.alloc(1));
      return;
    } catch (error) {
      // Nothing there yet: node made the pipe one that does not wait.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
};

const onProgress = (event: ProgressEvent): void => {
  if (event.type !== 'step' || event.state !== 'started') return;
  say({ step: event.id });
  if (event.id === halt) standStill();
};

const run = async (nemoclaw: Nemoclaw): Promise<unknown> => {
  switch (verb) {
    case 'onboard':
      return nemoclaw.onboard(onboardInput(name, endpoint, model, 'tiny'), { onProgress });
    case 'gpu-set':
      return nemoclaw.gpuSet(name, 'pretend', { onProgress });
    case 'restart':
      return nemoclaw.gatewayRestart(name, { onProgress });
    case 'recover':
      return nemoclaw.recover(name, { onProgress });
    case 'destroy':
      return nemoclaw.destroy(name, { onProgress });
    case 'status':
      return (await nemoclaw.status(name, { live: true })).live;
    default:
      throw new Error(`no such verb: ${verb}`);
  }
};

const nemoclaw = await openCore(home, { plugins: [PRETEND], env: { ...QUICK, NEMOCLAW_ENGINE_PATIENCE: '0.2' } });
try {
  say({ done: (await run(nemoclaw)) ?? null });
} catch (error) {
  const { undo = null, ending = null } = (isCodedError(error) ? error.details : undefined) ?? {};
  const code = isCodedError(error) ? error.code : 'uncoded';
  say({ failed: { code, message: (error as Error).message, undo, ending } });
} finally {
  await nemoclaw.close();
}
process.exitCode = 0;
