/** Who can do something about it. */
export type Audience = 'user' | 'environment' | 'bug' | 'plugin';

/** 1 failed, 2 usage, 75 busy (try again later). */
export type ExitCode = 1 | 2 | 75;

/**
 * One row of the catalogue. `message` and `hint` are defaults: `<key>` in them is filled from the error's details where
 * there is such a key, and reads as a placeholder where there is none. Commands stand in backticks and begin with
 * `nemoclaw`, so that they can be shown under the name of the program that was called.
 */
export interface ErrorRow {
  audience: Audience;
  exit: ExitCode;
  message: string;
  hint: string;
}
