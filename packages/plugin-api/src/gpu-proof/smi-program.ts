/**
 * Runs where the agent runs, as `node -e SOURCE`: finds `nvidia-smi` in the places where drivers put it and asks it for
 * the list of GPUs. One line: `{"present":false}` or `{"present":true,"path","exitCode","said"}`.
 */
export const SMI_PROGRAM = `'use strict';
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const places = ['/usr/bin/nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi', '/usr/local/nvidia/bin/nvidia-smi', '/usr/sbin/nvidia-smi'];
const path = places.find((place) => fs.existsSync(place));
const report = (found) => process.stdout.write(JSON.stringify(found) + '\\n');
if (!path) report({ present: false });
else {
  const { status, signal, stdout, stderr, error } = spawnSync(path, ['-L'], { timeout: 20000, maxBuffer: 65536, encoding: 'utf8' });
  const said = String((error && error.code) || stdout || stderr || signal || '').slice(0, 400);
  report({ present: true, path, exitCode: status === null ? -1 : status, said });
}
`;

export type SmiReport = { present: false } | { present: true; path: string; exitCode: number; said: string };

export function parseSmi(stdout: string): SmiReport | undefined {
  try {
    const { present, path, exitCode, said } = (JSON.parse(stdout) ?? {}) as Record<string, unknown>;
    if (present === false) return { present };
    return present === true && typeof path === 'string' && Number.isInteger(exitCode) && typeof said === 'string'
      ? { present, path, exitCode: exitCode as number, said }
      : undefined;
  } catch {
    return undefined;
  }
}
