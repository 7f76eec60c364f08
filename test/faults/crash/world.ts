import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallOptions, Nemoclaw } from '@nemoclaw/core';
import { ROOT } from '../../integration/world/cli.ts';
import { onboardInput, openCore, QUICK } from '../../integration/world/core.ts';

/** Large enough for real agents too. */
export const MODEL = { id: 'scripted-1', context: 131_072 };
/** A GPU strategy of these tests that gives nothing, by replacing the container. */
export const STRATEGY = 'pretend';
const GPU_PLUGIN = { name: 'nemoclaw-pretend-gpu', root: fileURLToPath(new URL('./gpu-plugin', import.meta.url)) };

/** Nothing here is about a start that takes too long, and a rush is hard on a small machine. */
const PATIENT = { ...QUICK, NEMOCLAW_START_TIMEOUT_MS: '180000', NEMOCLAW_RESTART_TIMEOUT_MS: '180000' };
const HERMES = { name: '@nemoclaw/agent-hermes', root: join(ROOT, 'plugins', 'agent-hermes') };

/** The program with all agents and the pretended GPU. */
export const open = (home: string): Promise<Nemoclaw> =>
  openCore(home, { plugins: [GPU_PLUGIN, HERMES], env: PATIENT });

export type Verb = 'onboard' | 'gpu set' | 'gpu off' | 'gateway restart' | 'upgrade' | 'recover' | 'destroy';

/** The tiny one for whole sweeps. */
export type Agent = 'tiny' | 'openclaw' | 'hermes';

export interface Job {
  verb: Verb;
  name: string;
  agent: Agent;
  /** Of the model. */
  endpoint: string;
}

/** One mutating command. The model listens on loopback, so that a forwarder is part of it. */
export const perform = async (
  nemoclaw: Nemoclaw,
  { verb, name, agent, endpoint }: Job,
  call: CallOptions = {},
): Promise<unknown> => {
  switch (verb) {
    case 'onboard':
      return nemoclaw.onboard({ ...onboardInput(name, endpoint, MODEL.id, agent), forward: true }, call);
    case 'gpu set':
      return nemoclaw.gpuSet(name, STRATEGY, call);
    case 'gpu off':
      return nemoclaw.gpuSet(name, 'off', call);
    case 'gateway restart':
      return nemoclaw.gatewayRestart(name, call);
    case 'upgrade':
      return nemoclaw.upgrade(name, call);
    case 'recover':
      return nemoclaw.recover(name, call);
    case 'destroy':
      return nemoclaw.destroy(name, call);
  }
};

/** A command is done, or says by a code of the catalogue why not (`BUSY` where another one is at it). */
export const isEnd = (how: string): boolean =>
  how === 'done' || (/^[A-Z][A-Z_]+$/.test(how) && !['NONE', 'INTERNAL_ERROR'].includes(how));
