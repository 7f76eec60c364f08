import { expect, it } from 'vitest';
import { type Course, courseAfter, type Ended, firstCourse } from './course.ts';

const failed = (wasReady: boolean): Ended => ({ type: 'failed', why: '', wasReady });
const left = (wasReady: boolean): Ended => ({ type: 'gateway_left', why: '', wasReady });
const through = (...ends: Ended[]): Course =>
  ends.reduce((course, end) => courseAfter(course, end).course, firstCourse);

it('lets it in anew after a start that was never ready', () => {
  expect(through(failed(false))).toEqual({ failures: 1, anew: true });
});

it.each([
  ['ended', failed(true)],
  ['saw the gateway leave', left(true)],
])('keeps the credential of one that was ready and then %s, also after an admission anew', (_how, end) => {
  expect(through(failed(false), end)).toEqual(firstCourse);
});

it('neither trusts nor takes away what a gateway that left in between had no time to prove', () => {
  expect(through(left(false))).toEqual(firstCourse);
  expect(through(failed(false), left(false))).toEqual({ failures: 1, anew: true });
});

it('does not blame the credential when nobody could be asked', () => {
  expect(through({ type: 'not_started', why: '' })).toEqual({ failures: 1, anew: false });
});

it('waits longer from failure to failure, within a bound, and not at all when the gateway comes back', () => {
  const delays: number[] = [];
  let course = firstCourse;
  for (let count = 0; count < 7; count++) {
    const next = courseAfter(course, failed(false));
    course = next.course;
    delays.push(next.delayMs);
  }
  expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  expect(courseAfter(course, left(true)).delayMs).toBe(0);
  expect(courseAfter(firstCourse, failed(true)).delayMs).toBe(1_000);
});
