import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** One of the moments at which an operation changes the world; `nth` of those that look the same, from 1. */
export interface Point {
  label: string;
  nth: number;
}

/** `during`: the request is with the engine, its answer is not here. */
export type Moment = 'before' | 'after' | 'during';

/**
 * What happens there. `crash`: the program ends without a word. `SIGINT`: it is asked to stop. The others die, and the
 * program lives.
 */
export type Strike = 'crash' | 'SIGINT' | 'agent' | 'every container';

export const pointName = ({ label, nth }: Point): string => (nth === 1 ? label : `${label} (${nth})`);

interface Journal {
  operation: string;
  committed: boolean;
  direction: string;
  steps: { id: string; state: string }[];
}

const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/** In what the journal is about to change: `create running`, `direction back`, or only what its steps know. */
const journalChange = (next: Journal, previous: Journal | undefined): string => {
  if (previous?.operation !== next.operation) return `${next.operation} begins`;
  const step = next.steps.find(({ id, state }) => previous.steps.find((old) => old.id === id)?.state !== state);
  if (step) return `${step.id} ${step.state}`;
  return previous.direction === next.direction ? 'data' : `direction ${next.direction}`;
};

/** Names what a rename puts into place, from the two files themselves: nothing is known here of any operation. */
export const describeWrite = (from: string, to: string): string => {
  const file = basename(to);
  const old = <T>(): T | undefined => {
    try {
      return read<T>(to);
    } catch {
      return undefined;
    }
  };
  switch (file) {
    case 'operation.json':
      return `journal: ${journalChange(read(from), old())}`;
    case 'ownership.json': {
      const next = read<Record<string, unknown>>(from);
      const known = old<Record<string, unknown>>() ?? {};
      const changed = Object.keys(next).filter((key) => JSON.stringify(next[key]) !== JSON.stringify(known[key]));
      return `ownership: ${known.version === undefined ? 'begins' : changed.filter((key) => key !== 'updatedAt').join(', ') || 'unchanged'}`;
    }
    default:
      return to.includes('/locks/') ? 'lock: claim' : to.includes('/trash/') ? 'state folder away' : file;
  }
};

/** A command in a container begins. Most of them only look, and how often depends on the machine. */
export const EXEC = 'POST /exec/{id}/start';

/** `POST /containers/{id}/start`; nothing for what only looks. */
export const describeCall = (method: string, path: string): string | undefined => {
  const [, plain = ''] = /^(?:\/v[\d.]+)?(\/[^?]*)/.exec(path) ?? [];
  if (method === 'GET' || method === 'HEAD' || /\/exec$|\/wait$|\/attach$/.test(plain)) return undefined;
  return `${method} ${plain.replace(/^(\/\w+)\/(?!create$|prune$)[^/]+/, '$1/{id}')}`;
};
