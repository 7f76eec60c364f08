import type { ErrorRow } from '../row.ts';

/** What the user typed, and what stands in the way of it in the user's own home. */
export const usageRows = {
  USAGE: {
    audience: 'user',
    exit: 2,
    message: 'The command line is not complete or not understood.',
    hint: 'See `nemoclaw help`; without a terminal every choice needs its flag or its NEMOCLAW_* variable.',
  },
  UNKNOWN_COMMAND: {
    audience: 'user',
    exit: 2,
    message: 'There is no such command.',
    hint: '`nemoclaw help` lists the commands, `nemoclaw list` the sandboxes.',
  },
  BAD_NAME: {
    audience: 'user',
    exit: 2,
    message: 'That is not a name for a sandbox.',
    hint: 'A name is 1 to 31 lower-case letters, digits and dashes, and begins with a letter: `nemoclaw onboard --name demo`.',
  },
  NAME_IS_COMMAND: {
    audience: 'user',
    exit: 2,
    message: 'A sandbox cannot have the name of a command.',
    hint: 'Choose another one: `nemoclaw onboard --name my-<name>`.',
  },
  SANDBOX_EXISTS: {
    audience: 'user',
    exit: 1,
    message: 'There is a sandbox of this name already.',
    hint: 'Look at it with `nemoclaw <name> status`, or take it away with `nemoclaw <name> destroy` first.',
  },
  SANDBOX_NOT_FOUND: {
    audience: 'user',
    exit: 1,
    message: 'There is no sandbox of this name.',
    hint: '`nemoclaw list` shows those that exist.',
  },
  CHECKS_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'The command ran to its end, and some of what it checked is not right.',
    hint: 'The result lists each check with what to do.',
  },
  NOT_SUPPORTED: {
    audience: 'user',
    exit: 1,
    message: 'This is not supported here.',
    hint: 'The message says what is missing; `nemoclaw doctor` shows what this host can do.',
  },
  BUSY: {
    audience: 'user',
    exit: 75,
    message: 'Another command is changing this sandbox.',
    hint: 'Wait until it is done and try again; `nemoclaw <name> status` shows what runs.',
  },
  INTERRUPTED: {
    audience: 'user',
    exit: 1,
    message: 'Interrupted.',
    hint: 'What was begun has been undone; if the message says otherwise, run `nemoclaw <name> recover`.',
  },
} as const satisfies Record<string, ErrorRow>;
