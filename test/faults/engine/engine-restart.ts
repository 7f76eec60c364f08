import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerState, LABELS } from '@nemoclaw/plugin-api';
import { converge, type State } from './converge.ts';
import type { Ending, PrivateWorld, Verb } from './private-world.ts';

/** What happens to the engine while the program stands still; after it the engine is started again. */
export const OUTAGES = ['stopped', 'killed', 'power cut'] as const;
export type Outage = (typeof OUTAGES)[number];

export interface RestartCase {
  verb: Exclude<Verb, 'status'>;
  step: string;
  /** The program stands still before the step meanwhile; or it goes on, and so many ms of the step are over. */
  at: 'before' | number;
  outage: Outage;
  /** The program is killed too, as by the same power cut; without, it goes on against the engine that came back. */
  programDies: boolean;
}

export interface RestartRow extends RestartCase {
  ending: string;
  after: string;
  elapsedMs: number;
  problems: string[];
}

const LEADS: Record<RestartCase['verb'], readonly State[]> = {
  onboard: ['healthy', 'none'],
  'gpu-set': ['healthy'],
  restart: ['healthy'],
  recover: ['healthy'],
  destroy: ['none', 'healthy'],
};

const agentsOf = async (world: PrivateWorld): Promise<ContainerState[]> =>
  (await world.driver.list({ [LABELS.sandbox]: world.name })).filter(({ labels }) => labels[LABELS.role] === 'agent');

/** On an undisturbed engine: what that verb needs to be there. */
export const prepare = async (world: PrivateWorld, verb: RestartCase['verb']): Promise<void> => {
  if (verb === 'onboard') return world.wipe();
  const { verdict } = await world.live();
  if (verdict !== 'ready') {
    await world.wipe();
    const made = await world.run('onboard');
    if (made.how !== 'done') throw new Error(`no sandbox to begin with: ${JSON.stringify(made)}`);
  }
  if (verb !== 'recover') return;
  for (const { id } of await agentsOf(world)) await world.driver.remove(id, { force: true });
};

const strike = async (world: PrivateWorld, outage: Outage): Promise<void> => {
  switch (outage) {
    case 'stopped':
      await world.engine.stop('SIGTERM');
      break;
    case 'killed':
      await world.engine.stop('SIGKILL');
      break;
    case 'power cut':
      await world.engine.cutPower();
  }
  await world.engine.start();
};

const endingOf = (ending: Ending): string => (ending.how === 'failed' ? ending.code : ending.how);

/** While two generations exist neither may be brought up by the engine alone, and never may both run. */
const judgeMeanwhile = (agents: ContainerState[], before: ContainerState[]): string[] => {
  const running = agents.filter(({ phase }) => phase === 'running');
  const problems: string[] = [];
  if (running.length > 1) problems.push(`both run: ${running.map(({ name }) => name).join(', ')}`);
  const stopped = before.filter(({ phase }) => phase !== 'running');
  const risen = running.filter(({ id }) => before.length > 1 && stopped.some((old) => old.id === id));
  if (risen.length > 0) problems.push(`the engine started ${risen.map(({ name }) => name).join(', ')} by itself`);
  return problems;
};

/** What runs and is not known to the engine any more goes on writing to the volumes. */
const lostWorkloads = async (world: PrivateWorld): Promise<string[]> => {
  const known = (await world.driver.list({})).filter(({ phase }) => phase === 'running').map(({ id }) => id);
  return world.engine
    .workloads()
    .filter((id) => !known.includes(id))
    .map((id) => `container ${id.slice(0, 12)} runs and the engine does not know it`);
};

export const runRestartCase = async (world: PrivateWorld, one: RestartCase): Promise<RestartRow> => {
  await prepare(world, one.verb);
  const begin = performance.now();
  const running = world.begin(one.verb, one.at === 'before' ? one.step : '');
  await running.begun(one.step);
  if (one.at !== 'before') await sleep(one.at);
  const before = await agentsOf(world);
  if (one.programDies) running.kill();
  await strike(world, one.outage);
  // Only of a program that stands still is it known what it has asked for.
  const problems = one.at === 'before' ? judgeMeanwhile(await agentsOf(world), before) : [];
  running.proceed();
  const ending = await running.ended;
  if (ending.how === 'failed' && ['uncoded', 'INTERNAL_ERROR'].includes(ending.code)) problems.push(ending.message);
  if (ending.how === 'killed' && !one.programDies) problems.push('the program ended without a word');
  const twice = (await agentsOf(world)).filter(({ phase }) => phase === 'running');
  if (twice.length > 1) problems.push(`both run after it: ${twice.map(({ name }) => name).join(', ')}`);
  const elapsedMs = Math.round(performance.now() - begin);
  const { after, problems: left } = await converge(world, LEADS[one.verb]);
  problems.push(...left);
  problems.push(...(await lostWorkloads(world)));
  if (problems.length > 0) await world.wipe();
  return { ...one, ending: endingOf(ending), after, elapsedMs, problems };
};
