import { release } from 'node:os';

/** oclif's user agent, or none on WSL, which oclif finds out in a way that is not worth repeating. */
export function versionLine(bin: string, version: string): string | undefined {
  if (process.platform === 'linux' && /microsoft/i.test(release())) return undefined;
  return `${bin}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}
