import type { Milliseconds } from '@nemoclaw/plugin-api';

export const PHASES = ['ca', 'dns', 'tcp', 'tls', 'http'] as const;
/** How far a request had come when it ended. */
export type Phase = (typeof PHASES)[number];

/** What the request program found; `netns` is the namespace that it saw itself in. */
export type RequestReport = { netns: string } & (
  | {
      outcome: 'answered';
      status: number /** Its first characters. */;
      head: string /** How many, where it was a list. */;
      models?: number;
    }
  | { outcome: 'failed'; phase: Phase; error: string; message: string }
  | { outcome: 'timed_out'; phase: Phase }
);

export interface RequestOrder {
  url: string;
  /** PEM file with the only authority that is trusted. */
  ca: string;
  connectMs: Milliseconds;
  totalMs: Milliseconds;
  maxBodyBytes: number;
}

/**
 * Runs where the agent runs, as `node -e SOURCE -- '<RequestOrder>'`, and prints one line, a RequestReport. Its own
 * agent, so that no proxy variable and no pooled connection can answer for the route. Exits 0 whatever it finds.
 */
export const REQUEST_PROGRAM = `'use strict';
const fs = require('node:fs');
const https = require('node:https');
const order = JSON.parse(process.argv[1]);
let phase = 'ca';
let reported = false;
const report = (found) => {
  if (reported) return;
  reported = true;
  let netns = '';
  try { netns = fs.readlinkSync('/proc/self/ns/net').replace(/[^0-9]/g, ''); } catch {}
  process.stdout.write(JSON.stringify({ netns, ...found }) + '\\n', () => process.exit(0));
};
const failed = (error) => {
  const first = error.errors && error.errors[0] ? error.errors[0] : error;
  report({ outcome: 'failed', phase, error: String(first.code || first.name), message: String(first.message).slice(0, 300) });
};
const late = () => report({ outcome: 'timed_out', phase });
const main = () => {
  const ca = fs.readFileSync(order.ca);
  phase = 'dns';
  const connecting = setTimeout(late, order.connectMs);
  setTimeout(late, order.totalMs);
  const request = https.request(order.url, { ca, agent: new https.Agent({ keepAlive: false }), headers: { accept: 'application/json' } });
  request.on('socket', (socket) => {
    socket.on('lookup', (error) => { if (!error) phase = 'tcp'; });
    socket.on('connect', () => { phase = 'tls'; });
    socket.on('secureConnect', () => { phase = 'http'; clearTimeout(connecting); });
  });
  request.on('error', failed);
  request.on('response', (response) => {
    const chunks = [];
    let size = 0;
    const done = () => {
      const body = Buffer.concat(chunks).toString('utf8', 0, order.maxBodyBytes);
      let models;
      try { const { data } = JSON.parse(body); if (Array.isArray(data)) models = data.length; } catch {}
      report({ outcome: 'answered', status: response.statusCode, head: body.slice(0, 300), models });
    };
    response.on('data', (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= order.maxBodyBytes) done();
    });
    response.on('end', done);
    response.on('error', failed);
  });
  request.end();
};
try { main(); } catch (error) { failed(error); }
`;

/** `undefined` for anything that is not exactly a report. */
export function parseReport(stdout: string): RequestReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(stdout);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { netns, outcome, status, head, models, phase, error, message } = value as Record<string, unknown>;
  if (typeof netns !== 'string') return undefined;
  switch (outcome) {
    case 'answered':
      return Number.isInteger(status) && typeof head === 'string'
        ? { netns, outcome, status: status as number, head, ...(typeof models === 'number' ? { models } : {}) }
        : undefined;
    case 'failed':
      return isPhase(phase) && typeof error === 'string' && typeof message === 'string'
        ? { netns, outcome, phase, error, message }
        : undefined;
    case 'timed_out':
      return isPhase(phase) ? { netns, outcome, phase } : undefined;
    default:
      return undefined;
  }
}

const isPhase = (value: unknown): value is Phase => PHASES.includes(value as Phase);
