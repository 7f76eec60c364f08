import { networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import { PATHS } from '@nemoclaw/plugin-api';
import { askRelay } from './control/client.ts';
import { parseForward, startForward } from './forward.ts';
import { createLog } from './log.ts';
import { startRelay } from './run.ts';

const GRACE_MS = 4_000;
const USAGE = 'usage: relay.mjs [run | control | forward --listen ADDRESS:PORT --to 127.0.0.1:PORT]';

const log = createLog(
  (line) => process.stdout.write(line),
  () => new Date(),
);

type Stop = (graceMs: number) => Promise<void>;

/** Listens for signals before anything is started: a process that is PID 1 does not hear the ones it has no handler for. */
const stopOnSignal = async (start: () => Promise<Stop>): Promise<void> => {
  let stop: Stop = async () => {};
  const end = (): void => {
    stop(GRACE_MS).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  stop = await start();
};

const run = (): Promise<void> => {
  process.umask(0o077);
  const input = { configPath: PATHS.relayConfig, controlPath: PATHS.relayControl, interfaces: networkInterfaces, log };
  return stopOnSignal(async () => {
    const relay = await startRelay(input);
    return relay.stop;
  });
};

const control = async (): Promise<void> => {
  process.stdout.write(`${await askRelay(PATHS.relayControl, process.stdin)}\n`);
};

const forward = async (args: string[]): Promise<void> => {
  const options = { listen: { type: 'string' }, to: { type: 'string' } } as const;
  const { values } = parseArgs({ args, options, strict: true });
  if (values.listen === undefined || values.to === undefined) throw new Error(USAGE);
  const { from, to } = parseForward(values.listen, values.to);
  await stopOnSignal(async () => (await startForward(from, to, log)).close);
};

const main = async ([command = 'run', ...args]: string[]): Promise<void> => {
  switch (command) {
    case 'run':
      return run();
    case 'control':
      return control();
    case 'forward':
      return forward(args);
    default:
      throw new Error(USAGE);
  }
};

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`relay: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exit(1);
}
