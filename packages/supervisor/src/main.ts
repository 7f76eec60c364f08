import { writeSync } from 'node:fs';
import { PATHS } from '@nemoclaw/plugin-api';
import { systemClock } from './clock.ts';
import { control } from './control/client.ts';
import { launch } from './launcher/launch.ts';
import { EXIT_NO_CONFIG, EXIT_STATE_LOCKED, type SupervisorConfig } from './protocol.ts';
import { cleanHome } from './rc/clean.ts';
import { readConfig } from './sealed/check.ts';
import { writeCaBundle } from './start/ca-bundle.ts';
import { lockState } from './start/lock.ts';
import { Supervisor } from './supervisor.ts';

const EXIT_CONTROL_UNAVAILABLE = 69;

const log = (message: string): void => void writeSync(2, `[supervisor] ${message}\n`);

const run = async (): Promise<void> => {
  // Everything that is made here and below is for the group as well: the workspace is shared through it.
  process.umask(0o002);
  let config: SupervisorConfig;
  try {
    config = await readConfig();
    writeCaBundle(PATHS.sandboxCa, PATHS.caBundle);
  } catch (error) {
    log((error as Error).message);
    process.exit(EXIT_NO_CONFIG);
  }
  const lock = await lockState(config.stateDir);
  if (lock.kind !== 'held') {
    log(lock.kind === 'taken' ? 'another generation of this sandbox holds the state volume' : lock.reason);
    process.exit(lock.kind === 'taken' ? EXIT_STATE_LOCKED : EXIT_NO_CONFIG);
  }
  const supervisor = new Supervisor({
    config,
    clock: systemClock,
    env: process.env,
    loadConfig: readConfig,
    onLine: (stream, line) => void process[stream].write(`${line}\n`),
    log,
  });
  let ending = false;
  const end = async (why: string, code: number): Promise<void> => {
    if (ending) return;
    ending = true;
    log(why);
    await supervisor.stop();
    process.exit(code);
  };
  process.on('SIGTERM', () => void end('the container is being stopped', 0));
  process.on('SIGINT', () => void end('the container is being stopped', 0));
  void lock.lost.then(() => end('the lock on the state volume is lost', EXIT_STATE_LOCKED));
  await supervisor.start();
};

const [command = 'run', ...args] = process.argv.slice(2);
switch (command) {
  case 'run':
    await run();
    break;
  case 'control':
    try {
      process.exitCode = (await control(PATHS.control, process.stdin, process.stdout)) ? 0 : 1;
    } catch (error) {
      writeSync(2, `supervisor: control unavailable: ${(error as Error).message}\n`);
      process.exitCode = EXIT_CONTROL_UNAVAILABLE;
    }
    process.stdin.destroy();
    break;
  case 'launch':
    process.exitCode = launch(args, process.env);
    break;
  case 'clean-rc':
    cleanHome(process.env.HOME ?? '/nonexistent', process.getuid?.() ?? 0, (line) => void writeSync(1, `${line}\n`));
    break;
  default:
    writeSync(2, `supervisor: unknown command ${command}; run, control, launch or clean-rc\n`);
    process.exitCode = 64;
}
