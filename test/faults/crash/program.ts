// A process that does one command and is struck at one point of it: `program.ts <home>`, then one Order over IPC.
import { killContainers } from './kill-containers.ts';
import { armKillSwitch } from './kill-switch.ts';
import type { Moment, Point, Strike } from './points.ts';
import { type Job, open, perform } from './world.ts';

export interface Order {
  job: Job;
  kill?: Point & { moment: Moment; strike: Strike };
}
export type Word =
  | { type: 'ready' }
  | { type: 'done'; passed: Point[]; struck: boolean; result: unknown }
  | { type: 'failed'; passed: Point[]; struck: boolean; code: string; message: string };

const [home = ''] = process.argv.slice(2);
const say = (word: Word): void => void process.send?.(word);

process.once('message', async ({ job, kill }: Order) => {
  const interrupt = new AbortController();
  let struck = false;
  const strike = (): void | Promise<void> => {
    struck = true;
    switch (kill?.strike) {
      case 'SIGINT':
        return interrupt.abort({ signal: 'SIGINT' });
      case 'agent':
      case 'every container':
        return killContainers(home, kill.strike);
      case 'crash':
      case undefined:
        process.kill(process.pid, 'SIGKILL');
    }
  };
  const { passed } = armKillSwitch(home, kill, strike);
  const nemoclaw = await open(home);
  try {
    const result = await perform(nemoclaw, job, { signal: interrupt.signal });
    say({ type: 'done', passed, struck, result: JSON.parse(JSON.stringify(result ?? null)) });
  } catch (error) {
    const { code = 'NONE', message } = error as Error & { code?: string };
    say({ type: 'failed', passed, struck, code, message });
  }
  await nemoclaw.close();
  process.disconnect();
});
say({ type: 'ready' });
