import type { DestroyResult, RecoverResult } from '@nemoclaw/core';

export function renderDestroy(name: string, result: DestroyResult): string {
  const { containers, networks, volumes } = result.removed;
  const files = result.removed.files ? ' and its files' : '; its files are still there';
  const removed = `Destroyed ${name}: ${containers} containers, ${networks} networks, ${volumes} volumes${files}.`;
  return `${[removed, ...result.notes].join('\n')}\n`;
}

export function renderRecover(name: string, result: RecoverResult): string {
  return `${[...result.actions, recoverVerdict(name, result.verdict)].join('\n')}\n`;
}

function recoverVerdict(name: string, verdict: RecoverResult['verdict']): string {
  switch (verdict) {
    case 'healthy':
      return `${name} is healthy.`;
    case 'removed':
      return `${name} was half made and is removed.`;
    case 'nothing_to_do':
      return `${name} is healthy: nothing had to be recovered, and all of it was proved again just now.`;
  }
}
