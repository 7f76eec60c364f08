import type { Moment, Point } from './points.ts';

/** Where and when the process is ended. */
export type Crash = Point & { moment: Moment };

/** Each state of disk and engine once: what is there before a point is what was there after the one before it. */
export const eachOnce = (crashes: Crash[]): Crash[] => crashes.filter(({ moment }) => moment !== 'before');

/** While the program stands between two steps. */
export const betweenSteps = (crashes: Crash[]): Crash[] =>
  eachOnce(crashes).filter(({ label }) => label.startsWith('journal: '));

/** So many of them (of those that `among` takes), the first and the last; which ones follows from how many there are. */
export const spread =
  (count: number, among: (crashes: Crash[]) => Crash[] = (all) => all) =>
  (all: Crash[]): Crash[] => {
    const crashes = among(all);
    const chosen = Array.from({ length: count }, (_, index) =>
      Math.floor((index * (crashes.length - 1)) / (count - 1)),
    );
    return crashes.filter((_, index) => chosen.includes(index));
  };
