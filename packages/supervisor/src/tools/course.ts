const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;

/**
 * How one run of the tools' process ended. `not_started`: there was no process, since nobody could be asked to let it
 * in or it could not be launched. `gateway_left`: nothing went wrong with it, the gateway went away. `failed`: it ended,
 * gave up, or did not become ready in time.
 */
export type Ended =
  | { type: 'not_started'; why: string }
  | { type: 'gateway_left'; why: string; wasReady: boolean }
  | { type: 'failed'; why: string; wasReady: boolean };

/** What the next start goes by. */
export interface Course {
  /** In a row. */
  failures: number;
  /** What it was let in by before did not lead to a process that is ready, and no longer counts. */
  anew: boolean;
}

export const firstCourse: Course = { failures: 0, anew: false };

/**
 * Pure. A process that was ready has shown that its credential is good, however it ended: to let it in anew would take
 * that credential away for nothing. One that never became ready is let in anew, unless the gateway left in between.
 */
export const courseAfter = (course: Course, ended: Ended): { course: Course; delayMs: number } => {
  const later = (next: Course) => ({
    course: next,
    delayMs: Math.min(RETRY_FIRST_MS * 2 ** next.failures, RETRY_MAX_MS),
  });
  switch (ended.type) {
    case 'not_started':
      return later({ ...course, failures: course.failures + 1 });
    case 'gateway_left':
      return { course: ended.wasReady ? firstCourse : course, delayMs: 0 };
    case 'failed':
      return later(ended.wasReady ? firstCourse : { failures: course.failures + 1, anew: true });
  }
};
