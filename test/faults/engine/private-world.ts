import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import driverContribution from '@nemoclaw/driver-docker';
import type { Driver } from '@nemoclaw/plugin-api';
import { makeWorld } from '../../integration/world/cli.ts';
import type { Recoverable } from './converge.ts';
import { MODEL } from './model.ts';
import { type PrivateEngine, startPrivateEngine } from './private-engine.ts';
import { remainsOf, wipeOut } from './sandbox-remains.ts';
import { makeFaultWorld } from './world.ts';

export type Verb = 'onboard' | 'gpu-set' | 'restart' | 'recover' | 'destroy' | 'status';

/** How a run of the program ended; `code` is `uncoded` for an error that is none of the catalogue's. */
export type Ending =
  | { how: 'done'; result: unknown }
  | { how: 'failed'; code: string; message: string; undo: string | null; ending: string | null }
  | { how: 'killed' };

export interface Running {
  /** Resolves when that step began; rejects when it ended without getting there. */
  begun(step: string): Promise<void>;
  proceed(): void;
  kill(): void;
  ended: Promise<Ending>;
}

/** A sandbox on a private engine, and the program that works on it in there. */
export interface PrivateWorld extends Recoverable {
  engine: PrivateEngine;
  driver: Driver;
  home: string;
  begin(verb: Verb, haltBefore?: string): Running;
  run(verb: Verb): Promise<Ending>;
  /** Onboarded and healthy; steps of the operation in the order in which they began. */
  steps(verb: Verb): Promise<string[]>;
  wipe(): Promise<void>;
  dispose(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./private-program.ts', import.meta.url));
const MODEL_PROGRAM = fileURLToPath(new URL('./model-program.ts', import.meta.url));
const NODE = [process.execPath, '--conditions=source'];

/** Images are made on the shared engine, where they are cached, and brought over: all that an onboard asks for. */
const imagesOf = async (): Promise<string[]> => {
  const world = await makeFaultWorld('images-for-private');
  try {
    await world.command((nemoclaw) => nemoclaw.onboard(world.input));
    const asked = world.engine.requests.flatMap((request) => /^GET \/images\/(.+)\/json$/.exec(request)?.[1] ?? []);
    return [...new Set(asked)];
  } finally {
    await world.dispose();
  }
};

const startModel = async (engine: PrivateEngine): Promise<{ process: ChildProcess; baseUrl: string }> => {
  const [file = '', ...args] = [...engine.enter(), ...NODE, MODEL_PROGRAM];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [baseUrl] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { process: child, baseUrl };
};

export const makePrivateWorld = async (name: string): Promise<PrivateWorld> => {
  const images = await imagesOf();
  const engine = await startPrivateEngine();
  const world = makeWorld();
  const { home } = world;
  await engine.bring(images);
  const driver = driverContribution.create({ env: engine.env });
  const model = await startModel(engine);
  const running = new Set<ChildProcess>();

  const begin = (verb: Verb, haltBefore = '', seen: string[] = []): Running => {
    const args = [verb, home, name, model.baseUrl, MODEL.id, haltBefore];
    const [file = '', ...rest] = [...engine.enter(), ...NODE, PROGRAM, ...args];
    const child = spawn(file, rest, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...engine.env },
    });
    running.add(child);
    const steps = new EventEmitter();
    const over = new AbortController();
    const begun = async (step: string): Promise<void> => {
      if (seen.includes(step)) return;
      await once(steps, step, { signal: over.signal }).catch(() => {
        throw new Error(`${verb} ended before it came to ${step}: ${JSON.stringify(ending)}`);
      });
    };
    let ending: Ending = { how: 'killed' };
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as {
        step?: string;
        done?: unknown;
        failed?: Omit<Ending & { how: 'failed' }, 'how'>;
      };
      if (said.step !== undefined) {
        seen.push(said.step);
        steps.emit(said.step);
      }
      if ('done' in said) ending = { how: 'done', result: said.done };
      if (said.failed) ending = { how: 'failed', ...said.failed };
    });
    child.stdin.on('error', () => {});
    const ended = once(child, 'close').then(() => {
      running.delete(child);
      over.abort();
      return ending;
    });
    return {
      begun,
      proceed: () => void child.stdin.write('\n'),
      // Entering namespaces replaces itself by the program: this is its pid.
      kill: () => void child.kill('SIGKILL'),
      ended,
    };
  };

  const self: PrivateWorld = {
    engine,
    driver,
    home,
    name,
    begin: (verb, haltBefore) => begin(verb, haltBefore),
    run: (verb) => begin(verb).ended,
    async steps(verb) {
      const seen: string[] = [];
      await begin(verb, '', seen).ended;
      return seen;
    },
    remains: () => remainsOf(driver, home, name),
    async live() {
      const ending = await self.run('status');
      if (ending.how !== 'done') return { verdict: 'unknown', reasons: [JSON.stringify(ending)] };
      return ending.result as { verdict: string; reasons: string[] };
    },
    async recover() {
      const ending = await self.run('recover');
      if (ending.how === 'done') return (ending.result as { verdict: string }).verdict;
      if (ending.how === 'failed' && ending.code === 'SANDBOX_NOT_FOUND') return 'nothing there';
      throw new Error(JSON.stringify(ending));
    },
    wipe: () => wipeOut(driver, home, name),
    async dispose() {
      for (const child of running) child.kill('SIGKILL');
      await engine.start();
      await self.wipe();
      model.process.stdin?.end();
      await engine.dispose();
      await world.dispose();
    },
  };
  return self;
};
