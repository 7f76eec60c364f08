import { chooseProvider, PROVIDERS } from '@nemoclaw/core';
import { type Driver, isCodedError } from '@nemoclaw/plugin-api';
import { ensureEngine } from '../engine/ensure.ts';
import { clean } from './clean.ts';
import { runScript } from './interruption.ts';
import type { LedgerFile } from './ledger.ts';
import { ensureModelImage } from './model.ts';
import { BUNDLED, type FoundModel, startBundledModel } from './model-server.ts';
import { ensureParentImage } from './parent-image.ts';
import { sandboxes, show } from './product.ts';
import { say } from './progress.ts';
import { bookBefore, configuredParent, openDriver, openLedger, rememberParent } from './setup.ts';
import { Stages } from './stages.ts';

const SANDBOX = 'demo';
const QUESTION = 'What is the capital of France? Answer in one short sentence.';

/** A model server that answers on this host, as `onboard --provider auto` would find it. */
const findModelServer = async (signal: AbortSignal): Promise<FoundModel | undefined> => {
  try {
    const { record, model } = await chooseProvider({ provider: 'auto', records: PROVIDERS, fetch, signal });
    return { provider: record.id, model };
  } catch (error) {
    if (isCodedError(error) && error.code === 'PROVIDER_NOT_FOUND') return undefined;
    throw error;
  }
};

const bundledModel = async (driver: Driver, parent: string, at: { ledger: LedgerFile; signal: AbortSignal }) => {
  say(`   none answers; starting the bundled small one on 127.0.0.1:${BUNDLED.port}`);
  const image = await ensureModelImage(driver, parent, at);
  return startBundledModel(driver, { ...BUNDLED, image }, at);
};

const quickstart = async (signal: AbortSignal): Promise<void> => {
  const env = process.env;
  const ledger = openLedger();
  const at = { env, ledger, signal };
  const stages = new Stages(env.NEMOCLAW_QUICKSTART_TIMES);
  const version = await stages.run('engine', 'Finding a Docker engine', () => ensureEngine(env, ledger, signal));
  say(`   engine ${version}`);
  const driver = openDriver();
  await bookBefore(driver, ledger);

  const parent = await stages.run('parent image', 'Finding the image that sandboxes are built on', () =>
    ensureParentImage(driver, configuredParent(), at),
  );
  rememberParent(parent, ledger);
  say(`   ${parent}`);

  const model = await stages.run(
    'model',
    'Finding a local model server',
    async () => (await findModelServer(signal)) ?? (await bundledModel(driver, parent, at)),
  );
  say(`   ${model.provider}: ${model.model}`);

  const isNew = !(await sandboxes()).includes(SANDBOX);
  if (isNew)
    await stages.run('onboard', `Making the sandbox ${SANDBOX}`, () => {
      ledger.update({ sandbox: SANDBOX });
      const chosen = ['--agent', 'openclaw', '--provider', model.provider, '--model', model.model];
      return show(['onboard', '--name', SANDBOX, ...chosen, '--forward', '--yes'], signal);
    });
  else say(`== The sandbox ${SANDBOX} is there already and stays as it is`);
  await stages.run('chat', 'One question: client → ingress → OpenClaw → inference.local → model', () =>
    show([SANDBOX, 'chat', QUESTION], signal),
  );
  if (isNew) await stages.run('restart', 'Restarting its gateway', () => show([SANDBOX, 'gateway', 'restart'], signal));
  await stages.run('status', 'What was proved', () => show([SANDBOX, 'status'], signal));
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

await runScript((signal) => (process.argv.includes('--clean') ? clean(openLedger(), signal) : quickstart(signal)));
