import { join } from 'node:path';
import { readConfig } from '@nemoclaw/core';
import { execa } from 'execa';
import { ensureEngine, SetupError } from '../engine/ensure.ts';
import { clean } from './clean.ts';
import { findModelServer, startBundledModel } from './model.ts';
import { ensureParentImage } from './parent-image.ts';
import { Stages, say } from './say.ts';
import { configuredParent, home, openDriver, openLedger, ROOT, rememberParent } from './setup.ts';

const SANDBOX = 'demo';
const QUESTION = 'What is the capital of France? Answer in one short sentence.';

const nemoclaw = (...args: string[]) =>
  execa(join(ROOT, 'packages/cli/bin/nemoclaw'), args, { stdio: 'inherit', cwd: ROOT, reject: false });

/** Runs one command of the product, as a user would, shown as they would type it. */
const show = async (...args: string[]): Promise<void> => {
  say(`$ npx nemoclaw ${args.map((arg) => (/\s/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`);
  const { exitCode } = await nemoclaw(...args);
  if (exitCode !== 0) throw new SetupError(`\`nemoclaw ${args.join(' ')}\` ended with ${exitCode}; what to do stands above.`);
};

const exists = async (name: string): Promise<boolean> =>
  (await execa(join(ROOT, 'packages/cli/bin/nemoclaw'), ['status', name, '--json'], { reject: false, cwd: ROOT })).exitCode === 0;

const quickstart = async (): Promise<void> => {
  const ledger = openLedger();
  const stages = new Stages(process.env.NEMOCLAW_QUICKSTART_TIMES);
  const version = await stages.run('engine', 'Finding a Docker engine', () => ensureEngine(process.env, ledger));
  say(`   engine ${version}`);
  const driver = openDriver();

  const parent = await stages.run('parent image', 'Finding the image that sandboxes are built on', async () => {
    const { parentImage } = await readConfig({}, home());
    const found = await ensureParentImage(driver, configuredParent(parentImage), ledger);
    if (found !== parentImage) rememberParent(found, ledger);
    return found;
  });
  say(`   ${parent}`);

  const model = await stages.run('model', 'Finding a local model server', async () => (await findModelServer()) ?? (await startBundledModel(driver, parent, ledger)));
  say(`   ${model.provider}: ${model.model}`);

  await stages.run('onboard', `Making the sandbox ${SANDBOX}`, async () => {
    if (await exists(SANDBOX)) return say(`   there already; it stays as it is`);
    ledger.update({ sandbox: SANDBOX });
    await show('onboard', '--name', SANDBOX, '--agent', 'openclaw', '--provider', model.provider, '--model', model.model, '--forward', '--yes');
  });
  await stages.run('chat', 'One question: client → ingress → OpenClaw → inference.local → model', () => show(SANDBOX, 'chat', QUESTION));
  await stages.run('restart', 'Restarting its gateway', () => show(SANDBOX, 'gateway', 'restart'));
  await stages.run('status', 'What was proved', () => show(SANDBOX, 'status'));
  say(`
${stages.report()}

What to do next:
  npx nemoclaw ${SANDBOX} chat                 talk to it
  npx nemoclaw ${SANDBOX} status --live        ask everything now
  npx nemoclaw ${SANDBOX} logs --follow        watch it
  npx nemoclaw doctor                    look at all of it
  npx nemoclaw onboard --name mine       another sandbox, with your own model
  npm run quickstart -- --clean          take everything away again
`);
};

try {
  if (process.argv.includes('--clean')) await clean(openLedger());
  else await quickstart();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`\n${error.message}`);
  process.exitCode = 1;
}
