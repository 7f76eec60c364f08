// Run by crash.itest.ts as a process that can be killed: `<verb> <home> <name> <endpoint> <model>`; a line for each step's begin.
import { onboardInput, openCore } from './core.ts';

const [verb = '', home = '', name = '', endpoint = '', model = ''] = process.argv.slice(2);
const nemoclaw = await openCore(home);
const onProgress = (event: { type: string; state?: string; id?: string }) => {
  if (event.type === 'step' && event.state === 'started') process.stdout.write(`${event.id}\n`);
};
if (verb === 'onboard') await nemoclaw.onboard(onboardInput(name, endpoint, model), { onProgress });
if (verb === 'destroy') await nemoclaw.destroy(name, { onProgress });
await nemoclaw.close();
