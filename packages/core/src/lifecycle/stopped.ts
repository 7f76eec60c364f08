import type { ContainerState } from '@nemoclaw/plugin-api';

/**
 * Pure: why a container of ours is not running, as far as the engine's word goes. One that ran under a restart policy and
 * is down was stopped by hand, or ran when its engine was killed: an engine takes both for the user's will and leaves it down.
 */
export const stoppedBecause = ({ phase, exitCode, oomKilled, error, restartPolicy }: ContainerState): string => {
  switch (phase) {
    case 'created':
      return error === '' ? 'made and never started' : `never started (${error})`;
    case 'exited':
      if (error !== '') return `not started again (${error})`;
      return restartPolicy === 'no'
        ? `stopped (exit ${exitCode}${oomKilled ? ', out of memory' : ''})`
        : `stopped by hand, or its engine was killed (exit ${exitCode}); engines start neither again by themselves`;
    case 'running':
    case 'paused':
    case 'restarting':
    case 'removing':
    case 'dead':
      return phase;
  }
};
