import type { Milliseconds } from '@nemoclaw/plugin-api';

export const DIAL_OUTCOMES = ['connected', 'refused', 'timeout', 'unreachable', 'unresolved', 'error'] as const;
export type DialOutcome = (typeof DIAL_OUTCOMES)[number];

export interface Dial {
  outcome: DialOutcome;
  /** The address that was dialled; absent when there was none. */
  address?: string;
  /** The system's error code, e.g. `ECONNREFUSED`. */
  detail: string;
}

/**
 * Runs in the helper container, as `node -e SOURCE -- '{"endpoints":[{"host","port"}],"connectMs"}'`, and prints one
 * line: `{"dials":[{outcome,address?,detail}]}` in the order asked. Exits 0 whatever it finds. Text and not a function,
 * since a compiled function's source depends on who compiled it.
 */
export const DIAL_PROGRAM = `'use strict';
const net = require('node:net');
const dns = require('node:dns').promises;
const { endpoints, connectMs } = JSON.parse(process.argv[1]);
const UNREACHABLE = ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'];
const late = (ms) => new Promise((resolve) => setTimeout(resolve, ms, 'late'));
const connect = (address, port) => new Promise((resolve) => {
  const socket = net.connect({ host: address, port });
  const end = (outcome, detail) => { clearTimeout(timer); socket.destroy(); resolve({ outcome, address, detail }); };
  const timer = setTimeout(end, connectMs, 'timeout', 'no answer within ' + connectMs + ' ms');
  socket.once('connect', () => end('connected', ''));
  socket.once('error', (error) => {
    if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') end('refused', error.code);
    else if (error.code === 'ETIMEDOUT') end('timeout', error.code);
    else if (UNREACHABLE.includes(error.code)) end('unreachable', error.code);
    else end('error', String(error.code || error.message));
  });
});
const dial = async ({ host, port }) => {
  let found;
  try { found = await Promise.race([dns.lookup(host, { all: true, order: 'ipv4first' }), late(connectMs)]); }
  catch (error) { return { outcome: 'unresolved', detail: String(error.code) }; }
  if (found === 'late') return { outcome: 'unresolved', detail: 'no answer within ' + connectMs + ' ms' };
  const all = await Promise.all(found.slice(0, 4).map(({ address }) => connect(address, port)));
  return all.find((one) => one.outcome === 'connected') || all[0];
};
Promise.all(endpoints.map(dial)).then((dials) => {
  process.stdout.write(JSON.stringify({ dials }) + '\\n', () => process.exit(0));
});
`;

export const dialArguments = (endpoints: { host: string; port: number }[], connectMs: Milliseconds): string =>
  JSON.stringify({ endpoints: endpoints.map(({ host, port }) => ({ host, port })), connectMs });

/** `undefined` for anything but exactly `count` well-formed dials: half an answer proves nothing. */
export function parseDials(stdout: string, count: number): Dial[] | undefined {
  let report: unknown;
  try {
    report = JSON.parse(stdout);
  } catch {
    return undefined;
  }
  const dials = (report as { dials?: unknown } | null)?.dials;
  if (!Array.isArray(dials) || dials.length !== count) return undefined;
  return dials.every(isDial) ? dials.map(tidy) : undefined;
}

function isDial(value: unknown): value is Dial {
  if (typeof value !== 'object' || value === null) return false;
  const { outcome, address, detail } = value as Record<string, unknown>;
  return (
    DIAL_OUTCOMES.includes(outcome as DialOutcome) &&
    (address === undefined || typeof address === 'string') &&
    typeof detail === 'string'
  );
}

const tidy = ({ outcome, address, detail }: Dial): Dial =>
  address === undefined ? { outcome, detail } : { outcome, address, detail };
