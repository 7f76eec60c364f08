// A process that does one command and can be ended, or have its containers ended, at any point of it: `program.ts <home>`, then one Order over IPC.
import { killContainers, type Victim } from './kill-containers.ts';
import { armKillSwitch } from './kill-switch.ts';
import type { Moment, Point } from './points.ts';
import { type Job, open, perform } from './world.ts';

export interface Order {
  job: Job;
  /** `victim`: not this process but what runs in containers. */
  kill?: Point & { moment: Moment; victim?: Victim };
}
export type Word =
  | { type: 'ready' }
  | { type: 'done'; passed: Point[]; result: unknown }
  | { type: 'failed'; passed: Point[]; code: string; message: string };

const [home = ''] = process.argv.slice(2);
const say = (word: Word): void => void process.send?.(word);

process.once('message', async ({ job, kill }: Order) => {
  const victim = kill?.victim;
  const { passed } = armKillSwitch(home, kill, victim && (() => killContainers(home, victim)));
  const nemoclaw = await open(home);
  try {
    const result = await perform(nemoclaw, job);
    say({ type: 'done', passed, result: JSON.parse(JSON.stringify(result ?? null)) });
  } catch (error) {
    const { code = 'NONE', message } = error as Error & { code?: string };
    say({ type: 'failed', passed, code, message });
  }
  await nemoclaw.close();
  process.disconnect();
});
say({ type: 'ready' });
