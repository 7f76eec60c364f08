import type { ErrorRow } from '../row.ts';

/** What we wrote down about a sandbox, and whether it still matches what is there. */
export const stateRows = {
  STATE_UNREADABLE: {
    audience: 'environment',
    exit: 1,
    message: 'A state file cannot be read.',
    hint: 'The message names the file. Nothing was changed: put it back from a backup, or move it away and run `nemoclaw <name> recover`.',
  },
  STATE_VERSION: {
    audience: 'environment',
    exit: 1,
    message: 'A state file was written by another version of this program.',
    hint: 'Use the version that wrote it, or a newer one; the file was left as it is.',
  },
  STATE_MISSING: {
    audience: 'environment',
    exit: 1,
    message: 'The volume with the state of the agent is gone or is not the one that we made.',
    hint: 'Bring the volume back, then `nemoclaw <name> recover`; or go on without what was in it: `nemoclaw <name> recover --accept-empty-state`.',
  },
  DRIVER_MISMATCH: {
    audience: 'user',
    exit: 1,
    message: 'The sandbox was made by another driver than the one that is set now.',
    hint: 'Set the driver that made it: `NEMOCLAW_DRIVER`. Nothing was touched.',
  },
  INSTANCE_STOPPED: {
    audience: 'environment',
    exit: 1,
    message: 'The container of this sandbox is not running.',
    hint: '`nemoclaw <name> recover` brings it back.',
  },
  OPERATION_PENDING: {
    audience: 'environment',
    exit: 1,
    message: 'An operation on this sandbox was begun and not finished.',
    hint: '`nemoclaw <name> recover` finishes it or takes it back, and says which.',
  },
  INSTANCE_MISSING: {
    audience: 'environment',
    exit: 1,
    message: 'The container of the sandbox is gone.',
    hint: 'Its record, settings and volumes are kept: `nemoclaw <name> recover` makes it again.',
  },
  REPLACEMENT_PENDING: {
    audience: 'environment',
    exit: 1,
    message: 'The container of the sandbox is being replaced.',
    hint: 'Wait for the command that does it; if it was cut off, `nemoclaw <name> recover` finishes it or takes it back.',
  },
  REPLACE_REFUSED: {
    audience: 'environment',
    exit: 1,
    message: 'The container of the sandbox cannot be replaced without losing something, so it was not touched.',
    hint: 'The message names the fields. Take the change back by hand, then try again.',
  },
  OWNERSHIP_CONFLICT: {
    audience: 'environment',
    exit: 1,
    message: 'It is not clear which container is the sandbox, so none was touched.',
    hint: 'The details list the candidates. Remove the ones that are not yours by hand, then run `nemoclaw <name> recover`.',
  },
  OWNERSHIP_UNRESOLVED: {
    audience: 'environment',
    exit: 1,
    message: 'What the Docker engine has does not match what we wrote down.',
    hint: '`nemoclaw <name> status --live` shows both sides; `nemoclaw <name> recover` resolves what can be resolved safely.',
  },
  OWNERSHIP_PERSIST_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'Which container is the sandbox could not be written to disk, so nothing was changed.',
    hint: 'Look for a full or read-only disk under NEMOCLAW_HOME, then run `nemoclaw <name> recover`.',
  },
  UNDO_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'The command failed and not everything that it began could be undone.',
    hint: 'The journal is kept: `nemoclaw <name> recover` finishes it.',
  },
  INTERNAL_ERROR: {
    audience: 'bug',
    exit: 1,
    message: 'Something went wrong that should not be possible.',
    hint: 'This is a fault of ours. Please report it, with what --verbose says and the output of `nemoclaw doctor --json`.',
  },
} as const satisfies Record<string, ErrorRow>;
