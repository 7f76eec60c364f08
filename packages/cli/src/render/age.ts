const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `5s ago`, `2m ago`, `3h ago`, `4d ago`; a time in the future (a clock that was set back) is `just now`. */
export function ago(time: string, now: Date): string {
  const elapsed = now.getTime() - Date.parse(time);
  if (Number.isNaN(elapsed)) return 'at an unknown time';
  if (elapsed < SECOND) return 'just now';
  return `${duration(elapsed)} ago`;
}

/** A span in its largest whole unit; `ms` below a second. */
export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)}ms`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h`;
  return `${Math.floor(ms / DAY)}d`;
}

/** Seconds with one digit, for progress: `4.6s`. */
export function seconds(ms: number): string {
  return `${(ms / SECOND).toFixed(1)}s`;
}
