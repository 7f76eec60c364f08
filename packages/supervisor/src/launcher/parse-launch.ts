import type { RunAs } from '@nemoclaw/plugin-api';

export interface LaunchRequest {
  as: RunAs;
  cwd?: string;
  argv: string[];
}

/** `--as tools|gateway [--cwd DIR] -- argv…`, or in words what is wrong with it. */
export const parseLaunch = (args: readonly string[]): LaunchRequest | string => {
  const end = args.indexOf('--');
  if (end < 0) return 'expected -- before the command';
  const argv = args.slice(end + 1);
  if (argv.length === 0) return 'no command';
  let as: RunAs | undefined;
  let cwd: string | undefined;
  for (let at = 0; at < end; at += 2) {
    const [name, value] = [args[at], args[at + 1]];
    if (name === '--as' && (value === 'tools' || value === 'gateway')) as = value;
    else if (name === '--cwd' && at + 1 < end && value?.startsWith('/')) cwd = value;
    else return `unknown option ${name} ${value ?? ''}`.trim();
  }
  if (as === undefined) return 'say --as tools or --as gateway';
  return { as, argv, ...(cwd === undefined ? {} : { cwd }) };
};
