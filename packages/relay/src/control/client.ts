import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { readLine } from './line.ts';

const BOUND_MS = 15_000;

/**
 * Takes one request line from `input` to the relay's control socket.
 * @returns the reply line, without its end
 * @throws Error when the relay is not there or does not answer within 15 s
 */
export const askRelay = async (path: string, input: Readable): Promise<string> => {
  const request = await readLine(input);
  const socket = connect(path);
  socket.setTimeout(BOUND_MS, () => socket.destroy(new Error('the relay did not answer')));
  try {
    socket.write(`${request}\n`);
    return await readLine(socket, 1024 * 1024);
  } finally {
    socket.destroy();
  }
};
