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

const stopOnSignal = (stop: (graceMs: number) => Promise<void>): void => {
  const end = (): void => {
    stop(GRACE_MS).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
};

const run = async (): Promise<void> => {
  process.umask(0o077);
  const relay = await startRelay({
    configPath: PATHS.relayConfig,
    controlPath: PATHS.relayControl,
    interfaces: networkInterfaces,
    log,
  });
  stopOnSignal((graceMs) => relay.stop(graceMs));
};

const control = async (): Promise<void> => {
  process.stdout.write(`${await askRelay(PATHS.relayControl, process.stdin)}\n`);
};

const forward = async (args: string[]): Promise<void> => {
  const options = { listen: { type: 'string' }, to: { type: 'string' } } as const;
  const { values } = parseArgs({ args, options, strict: true });
  if (values.listen === undefined || values.to === undefined) throw new Error(USAGE);
  const { from, to } = parseForward(values.listen, values.to);
  const forwarder = await startForward(from, to, log);
  stopOnSignal((graceMs) => forwarder.close(Math.min(graceMs, 1_000)));
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
