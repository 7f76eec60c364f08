import { spawn } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_STATE_LOCKED, STATE_LOCK_FILE } from '../protocol.ts';

export type LockResult =
  /** `lost` resolves when the lock is held no longer. */
  { kind: 'held'; lost: Promise<void>; release(): void } | { kind: 'taken' } | { kind: 'impossible'; reason: string };

/**
 * Exclusive lock on the state volume, for as long as this process lives. Node has no flock(2), so a child holds it: a
 * `cat` that `flock` became, which ends with our end of its stdin. Nobody else has the descriptor: a gateway that
 * inherited it could unlock it.
 */
export const lockState = (stateDir: string): Promise<LockResult> => {
  const path = join(stateDir, STATE_LOCK_FILE);
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present && (!present.isFile() || present.uid !== 0)) {
    return Promise.resolve({ kind: 'impossible', reason: `${path} is not a regular file of root's` });
  }
  return new Promise((resolve) => {
    const child = spawn(
      '/usr/bin/flock',
      ['--nonblock', `--conflict-exit-code=${EXIT_STATE_LOCKED}`, '--no-fork', path, '/bin/cat'],
      { cwd: '/', env: {}, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    let why = '';
    child.stderr.on('data', (chunk: Buffer) => {
      why = `${why}${chunk}`.slice(0, 500);
    });
    child.stdin.on('error', () => {});
    const ended = new Promise<void>((done) => {
      child.once('error', (error) => {
        resolve({ kind: 'impossible', reason: error.message });
        done();
      });
      child.once('close', (code) => {
        resolve(
          code === EXIT_STATE_LOCKED
            ? { kind: 'taken' }
            : { kind: 'impossible', reason: why.trim() || `flock ended with ${code}` },
        );
        done();
      });
    });
    // It echoes only once it is `cat`, and so holds the lock.
    child.stdout.once('data', () => resolve({ kind: 'held', lost: ended, release: () => void child.stdin.end() }));
    child.stdin.write('x');
  });
};
