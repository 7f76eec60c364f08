import { dirname } from 'node:path/posix';
import { IDS, PATHS, PORTS } from '@nemoclaw/plugin-api';

/** Where the stand-in takes connections for the gateway's loopback port. */
export const DOOR_PORT = PORTS.frontDoor;

/**
 * Stands for the supervisor with what this plugin's tests need of it: root, three capabilities; writes the CA bundle, starts the gateway as
 * its uid through setpriv (and only then enters its folder: root without capabilities may not), passes connections on,
 * hands SIGTERM down as the agent's own stop signal, and exits as the gateway did.
 */
const PROGRAM = `'use strict';
const { spawn } = require('node:child_process');
const { copyFileSync, mkdirSync } = require('node:fs');
const net = require('node:net');
const { runtime } = JSON.parse(process.argv[1]);
mkdirSync('${dirname(PATHS.caBundle)}');
copyFileSync('${PATHS.sandboxCa}', '${PATHS.caBundle}');
const [file, ...args] = ['${PATHS.setpriv}', '--reuid=${IDS.gateway}', '--regid=${IDS.gateway}', '--groups=${IDS.workspace}',
  '--no-new-privs', '--inh-caps=-all', '--', '/usr/bin/env', '-C', runtime.cwd, ...runtime.command];
const gateway = spawn(file, args, { cwd: '/', env: runtime.env, stdio: ['ignore', 'inherit', 'inherit'] });
process.on('SIGTERM', () => gateway.kill(runtime.stop.signal));
gateway.on('exit', (code, signal) => {
  console.error('gateway exited', code, signal);
  process.exitCode = code ?? 143;
  door.close();
});
const door = net.createServer((client) => {
  const inner = net.connect(runtime.gatewayPort, '127.0.0.1');
  const end = () => { client.destroy(); inner.destroy(); };
  client.on('error', end).on('close', end).pipe(inner).on('error', end).on('close', end).pipe(client);
}).listen(${DOOR_PORT}, '0.0.0.0');
`;

export const standInCommand = (runtime: object): string[] => [PATHS.node, '-e', PROGRAM, JSON.stringify({ runtime })];
