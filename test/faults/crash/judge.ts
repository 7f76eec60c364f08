import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nemoclaw, OwnershipJournal, SandboxRecord } from '@nemoclaw/core';
import { type Driver, LABELS } from '@nemoclaw/plugin-api';
import { everything } from './leftovers.ts';

/** Beside the agent's container, which has the plain name. */
const HELPERS = ['forward', 'relay'];
const VOLUMES = 5;
const FILES = [
  'ownership.json',
  'plan.json',
  'sandbox.json',
  'secrets/ca.key',
  'secrets/ca.pem',
  'secrets/ingress.token',
];

const difference = (what: string, found: readonly string[], wanted: readonly string[]): string[] => [
  ...found.filter((one) => !wanted.includes(one)).map((one) => `left over: ${what} ${one}`),
  ...wanted.filter((one) => !found.includes(one)).map((one) => `missing: ${what} ${one}`),
];

const readState = <T>(home: string, name: string, file: string): T =>
  JSON.parse(readFileSync(join(home, 'sandboxes', name, file), 'utf8')) as T;

const baseName = (home: string, name: string): string =>
  `nemoclaw-${name}-${readState<OwnershipJournal>(home, name, 'ownership.json').sandboxId.slice(0, 8)}`;

export interface Judged {
  driver: Driver;
  nemoclaw: Nemoclaw;
  home: string;
}

/** What there is beside these sandboxes, and what of them is missing; nothing when all is well. */
const exactly = async ({ driver, home }: Judged, names: readonly string[]): Promise<string[]> => {
  const { containers, networks, volumes, files } = await everything(driver, home);
  const bases = names.map((name) => baseName(home, name));
  const shared = names.length > 0 ? 1 : 0;
  return [
    ...difference(
      'container',
      containers.map(({ name }) => name),
      bases.flatMap((base) => [base, ...HELPERS.map((part) => `${base}-${part}`)]),
    ),
    ...containers.filter(({ phase }) => phase !== 'running').map(({ name, phase }) => `${name} is ${phase}`),
    ...containers
      .filter(({ restartPolicy }) => restartPolicy !== 'unless-stopped')
      .map(({ name, restartPolicy }) => `${name} has the restart policy ${restartPolicy}`),
    ...(networks.length === names.length + shared ? [] : [`networks: ${networks.join(', ') || 'none'}`]),
    ...(volumes.length === VOLUMES * names.length ? [] : [`volumes: ${volumes.join(', ') || 'none'}`]),
    ...difference(
      'file',
      files,
      names.flatMap((name) => FILES.map((file) => `sandboxes/${name}/${file}`)),
    ),
  ];
};

/** What is not as it must be when the home has no sandbox. */
export const nothingLeft = (judged: Judged): Promise<string[]> => exactly(judged, []);

const healthy = async ({ driver, nemoclaw, home }: Judged, name: string): Promise<string[]> => {
  const { authoritative, creating, intent, retired } = readState<OwnershipJournal>(home, name, 'ownership.json');
  const agent = authoritative && (await driver.inspect(authoritative.id));
  const { gpu, phase } = readState<SandboxRecord>(home, name, 'sandbox.json');
  const { env } = readState<{ plan: { env: Record<string, string> } }>(home, name, 'plan.json').plan;
  const made = agent ? JSON.stringify(await driver.inspectRaw(agent.id)).includes('PRETEND_GPU=1') : undefined;
  const { live } = await nemoclaw.status(name, { live: true });
  return [
    ...(agent?.name === baseName(home, name)
      ? []
      : [`the journal names ${agent?.name ?? 'a container that is not there'}`]),
    ...(agent?.labels[LABELS.generation] === authoritative?.generation
      ? []
      : ['another generation than the journal’s']),
    ...(creating === null && intent === null && retired.length === 0 ? [] : ['the ownership journal is not closed']),
    ...(phase === 'ready' ? [] : [`its phase is ${phase}`]),
    // What is recorded of the GPU is what the container was made by: the one that the journal names.
    ...((gpu.strategy !== null) === (env.PRETEND_GPU === '1')
      ? []
      : [`the plan has not the GPU of the record (${gpu.strategy})`]),
    ...(made === (gpu.strategy !== null) ? [] : [`the container has not the GPU of the record (${gpu.strategy})`]),
    ...(live?.reasons ?? ['it was not looked at']),
  ];
};

/** What is not as it must be for one authoritative, healthy sandbox of each of these names, and nothing beside them. */
export const allHealthy = async (judged: Judged, names: readonly string[]): Promise<string[]> => [
  ...(await exactly(judged, names)),
  ...(await Promise.all(names.map((name) => healthy(judged, name)))).flat(),
];
