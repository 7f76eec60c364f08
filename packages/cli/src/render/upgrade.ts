import type { UpgradeResult } from '@nemoclaw/core';

export function renderUpgrade(
  name: string,
  { changed, before, after, relay, record, warnings }: UpgradeResult,
): string {
  const what = `${record.agent.id} ${after.version}, image ${after.image}`;
  if (!changed) return `${name} is up to date (${what}); nothing to do.\n`;
  const lines = [
    before.image === after.image
      ? `${name} keeps its image (${what}).`
      : `${name} runs ${what} now; before: ${before.version}, image ${before.image}.`,
    ...(relay ? ['Its relay was made anew.'] : []),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  return `${lines.join('\n')}\n`;
}
