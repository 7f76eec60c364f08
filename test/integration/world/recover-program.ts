// Run by recover-changes.itest.ts as a process that can be killed: `<home> <name> <endpoint>`, the key in KEY; a line for each step's begin.
import { openCore } from './core.ts';
import { PATIENT } from './patient.ts';

const [home = '', name = '', endpoint = ''] = process.argv.slice(2);
const nemoclaw = await openCore(home, { env: PATIENT });
const onProgress = (event: { type: string; state?: string; id?: string }) => {
  if (event.type === 'step' && event.state === 'started') process.stdout.write(`${event.id}\n`);
};
await nemoclaw.recover(name, { endpoint, credential: process.env.KEY ?? '', onProgress });
await nemoclaw.close();
