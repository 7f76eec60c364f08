import type { DebugResult } from '@nemoclaw/core';

export function renderDebug({ file, bytes, files, missing }: DebugResult): string {
  const lines = [
    `${file}: ${files} files, ${Math.ceil(bytes / 1024)} KiB, readable for you alone.`,
    ...missing.map((one) => `not in it: ${one.file} (${one.why.replace(/\s+/g, ' ')})`),
  ];
  return `${lines.join('\n')}\n`;
}
