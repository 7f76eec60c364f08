import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const SYSTEM_ROOTS = '/etc/ssl/certs/ca-certificates.crt';

/** System roots and the sandbox's CA in one file that every program of the sandbox can read and none can write. */
export const writeCaBundle = (sandboxCa: string, bundle: string, systemRoots = SYSTEM_ROOTS): void => {
  const folder = dirname(bundle);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o755);
  const text = `${readFileSync(systemRoots, 'utf8').trimEnd()}\n${readFileSync(sandboxCa, 'utf8').trimEnd()}\n`;
  writeFileSync(`${bundle}.new`, text, { mode: 0o644 });
  chmodSync(`${bundle}.new`, 0o644);
  renameSync(`${bundle}.new`, bundle);
};
