import type { DoctorResult } from '@nemoclaw/core';
import { oneLine } from '@nemoclaw/core/text';
import { duration } from './age.ts';

const MARK = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', skipped: 'skip' } as const;

export function renderDoctor(result: DoctorResult): string {
  const lines = [
    ...result.checks.flatMap((check) => [
      `${MARK[check.status]}  ${check.id}: ${oneLine(check.summary)}`,
      ...remedies(check.status, check.remedy),
    ]),
    ...result.results.flatMap((probe) => [
      `${MARK[probe.status]}  ${probe.probe} (${probe.code}, ${duration(probe.elapsedMs)}): ${oneLine(probe.summary)}`,
      ...remedies(probe.status, probe.remedy),
    ]),
  ];
  return lines.length === 0 ? 'Nothing to check.\n' : `${lines.join('\n')}\n`;
}

/** A remedy for what is well would only confuse. */
function remedies(status: keyof typeof MARK, remedy: readonly string[]): string[] {
  return status === 'ok' ? [] : remedy.map((line) => `        ${oneLine(line)}`);
}

export function doctorFailures(result: DoctorResult): number {
  return [...result.checks, ...result.results].filter(({ status }) => status === 'fail').length;
}
