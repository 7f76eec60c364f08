import { connect } from 'node:net';
import type { ProbeContext } from '@nemoclaw/plugin-api';

/** The host's own view of a port, from the process that runs the test. */
export const connectFromHost: ProbeContext['connectFromHost'] = (host, port, timeoutMs) =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (reach: 'open' | 'refused' | 'timeout' | 'error') => {
      socket.destroy();
      resolve(reach);
    };
    socket.setTimeout(timeoutMs, () => end('timeout'));
    socket.once('connect', () => end('open'));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED' ? 'refused' : 'error'));
  });
