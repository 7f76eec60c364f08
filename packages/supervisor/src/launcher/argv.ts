import { IDS, PATHS, type RunAs } from '@nemoclaw/plugin-api';

export interface LaunchTarget {
  as: RunAs;
  /** Supplementary groups beside the workspace's, e.g. of GPU device nodes. */
  groups: readonly number[];
  /** Entered with the target's own rights: root without capabilities can't enter a 0700 home, nor the workspace. */
  cwd?: string;
}

/** uid and primary gid, which are the same number. */
export const idOf = (as: RunAs): number => (as === 'gateway' ? IDS.gateway : IDS.tools);

export const groupsOf = (groups: readonly number[]): number[] =>
  [...new Set([IDS.workspace, ...groups])].filter((gid) => gid !== 0).sort((a, b) => a - b);

/**
 * The one place that builds the command by which a program of the sandbox starts. setpriv, since Node's own
 * `{uid, gid}` clears supplementary groups; all capability sets end up empty, and the program keeps its pid.
 */
export const launchArgv = (target: LaunchTarget, argv: readonly string[]): string[] => {
  const id = idOf(target.as);
  const enter =
    target.cwd === undefined || target.cwd === '/' ? [] : ['/bin/sh', '-c', 'cd -- "$0" && exec "$@"', target.cwd];
  return [
    PATHS.setpriv,
    `--reuid=${id}`,
    `--regid=${id}`,
    `--groups=${groupsOf(target.groups).join(',')}`,
    '--no-new-privs',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--',
    ...enter,
    ...argv,
  ];
};

/** A reader of /proc for processes of exactly that uid and gid; root without capabilities may not look into them. */
export const readerArgv = (owner: { uid: number; gid: number }, argv: readonly string[]): string[] => [
  PATHS.setpriv,
  `--reuid=${owner.uid}`,
  `--regid=${owner.gid}`,
  '--clear-groups',
  '--no-new-privs',
  '--inh-caps=-all',
  '--ambient-caps=-all',
  '--',
  ...argv,
];
