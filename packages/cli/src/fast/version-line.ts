import { mayBeWsl } from './wsl.ts';

/** oclif's user agent; none where oclif might call the platform `wsl`. */
export function versionLine(bin: string, version: string): string | undefined {
  return mayBeWsl() ? undefined : `${bin}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}
