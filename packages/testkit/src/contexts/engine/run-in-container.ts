import { type AgentRunResult, type Driver, IDS, PATHS, type RunInAgent } from '@nemoclaw/plugin-api';

export interface RunInContainerOptions {
  driver: Driver;
  containerId: string;
  /** Command line of the process in the container that stands for the agent's gateway. */
  gatewayCommand: string[];
  /** Where programs are run: beside the gateway's container process, as a bare `docker exec` would. */
  groups?: number[];
}

/** Runs as root in the container; tells where it is, and where the process with the given command line is. */
const LAUNCH = `'use strict';
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const order = JSON.parse(process.argv[1]);
const inode = (link) => String(link).replace(/[^0-9]/g, '');
const setpriv = (id, groups, argv) => ['${PATHS.setpriv}', '--reuid=' + id, '--regid=' + id,
  groups.length ? '--groups=' + groups.join(',') : '--clear-groups', '--no-new-privs', '--inh-caps=-all', '--', ...argv];
const spawn = ([file, ...args], options) => spawnSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 20, ...options });
const wanted = order.gatewayCommand.join('\\0') + '\\0';
const pid = fs.readdirSync('/proc').find((name) => {
  try { return /^\\d+$/.test(name) && fs.readFileSync('/proc/' + name + '/cmdline', 'utf8') === wanted; } catch { return false; }
});
let gateway;
if (pid) {
  const owner = fs.statSync('/proc/' + pid).uid;
  const readlink = ['/usr/bin/readlink', '/proc/' + pid + '/ns/net'];
  const { stdout } = spawn(owner === 0 ? readlink : setpriv(owner, [], readlink), {});
  if (inode(stdout)) gateway = { pid: Number(pid), netns: inode(stdout) };
}
const ns = (kind) => inode(fs.readlinkSync('/proc/self/ns/' + kind));
const { status, signal, stdout, stderr, error } = spawn(setpriv(order.id, order.groups, order.argv), { input: order.stdin, timeout: order.timeoutMs, killSignal: 'SIGKILL' });
process.stdout.write(JSON.stringify({
  timedOut: Boolean(error && error.code === 'ETIMEDOUT'), exitCode: status === null ? 128 : status, signal, stdout, stderr, gateway,
  identity: { uid: order.id, gid: order.id, groups: order.groups, netns: ns('net'), pidns: ns('pid'), mntns: ns('mnt') },
}));
`;

/**
 * A stand-in for the supervisor's launcher where a test has a container and no supervisor: same uids and groups, in
 * the container's own namespaces. That is the point for a host-network container whose agent lives in an inner one.
 */
export const runInContainer =
  ({ driver, containerId, gatewayCommand, groups = [] }: RunInContainerOptions): RunInAgent =>
  async (spec, signal): Promise<AgentRunResult> => {
    const order = {
      gatewayCommand,
      groups: [IDS.workspace, ...groups],
      id: spec.as === 'gateway' ? IDS.gateway : IDS.tools,
      argv: spec.argv,
      stdin: spec.stdin ?? '',
      timeoutMs: spec.timeoutMs,
    };
    const done = await driver.exec(
      containerId,
      {
        argv: [PATHS.node, '-e', LAUNCH, '--', JSON.stringify(order)],
        uid: 0,
        gid: 0,
        timeoutMs: spec.timeoutMs + 5_000,
      },
      signal ? { signal } : {},
    );
    if (!done.started || done.exitCode !== 0)
      return { outcome: 'not_run', reason: 'exec', message: done.failure ?? done.stderr.toString() };
    const { timedOut, exitCode, stdout, stderr, gateway, identity } = JSON.parse(done.stdout.toString());
    return timedOut
      ? { outcome: 'timed_out', stdout, stderr }
      : { outcome: 'exited', exitCode, stdout, stderr, identity, gateway };
  };
