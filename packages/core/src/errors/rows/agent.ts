import type { ErrorRow } from '../row.ts';

/** The agent, its gateway, the supervisor, and the GPU that they get. */
export const agentRows = {
  AGENT_UNKNOWN: {
    audience: 'user',
    exit: 2,
    message: 'There is no agent of this name.',
    hint: '`nemoclaw agents` shows those that are installed.',
  },
  CHAT_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'The agent gave no answer.',
    hint: '`nemoclaw <name> logs` shows what the agent says, `nemoclaw <name> doctor` tries the way to the model.',
  },
  GATEWAY_START_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'The gateway of the agent did not start.',
    hint: 'Its last lines are in the details; `nemoclaw <name> logs` has more.',
  },
  TOOLS_START_FAILED: {
    audience: 'environment',
    exit: 1,
    message: "The process that runs the agent's commands did not become ready; until it does, they fail.",
    hint: '`nemoclaw <name> status --live` shows its state, `nemoclaw <name> logs` what it says; `--isolation shared` does without it.',
  },
  TOOLS_NOT_ISOLATED: {
    audience: 'bug',
    exit: 1,
    message: "The agent's commands do not run as whom they should.",
    hint: 'Do not use the sandbox as if they did. `nemoclaw <name> doctor --tools` looks again; please report it with `nemoclaw plugins list`.',
  },
  PROBE_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'A probe found that the sandbox would not work.',
    hint: 'What it found and what to do is in the message; `nemoclaw doctor` runs all probes again.',
  },
  SUPERVISOR_OUTDATED: {
    audience: 'environment',
    exit: 1,
    message:
      'Rebuild needed: the sandbox was built by another version of this program and does not understand this one.',
    hint: '`nemoclaw <name> recover` makes its containers anew by this version, on the same state; or use the version that built it.',
  },
  SUPERVISOR_UNREACHABLE: {
    audience: 'environment',
    exit: 1,
    message: 'The supervisor in the sandbox does not answer.',
    hint: '`nemoclaw <name> recover` brings the sandbox back from any state.',
  },
  RESTART_UNSUPPORTED_AGENT: {
    audience: 'plugin',
    exit: 1,
    message: 'The gateway of this agent cannot be restarted in the way that was asked for.',
    hint: 'Leave --soft away: `nemoclaw <name> gateway restart`.',
  },
  RESTART_CONTROL_UNAVAILABLE: {
    audience: 'environment',
    exit: 1,
    message: 'The control call to the sandbox could not be made; the gateway was not touched.',
    hint: '`nemoclaw <name> recover` works without it.',
  },
  RESTART_BUSY: {
    audience: 'user',
    exit: 1,
    message: 'The gateway is being started or stopped already.',
    hint: 'Wait for it: `nemoclaw <name> gateway status`.',
  },
  RESTART_UNSAFE_CONFIG_PATH: {
    audience: 'environment',
    exit: 1,
    message: 'A sealed file is not owned by root, or not a regular file; the running gateway was left running.',
    hint: 'Somebody changed the sandbox. `nemoclaw <name> recover` writes the sealed files again.',
  },
  RESTART_CONFIG_HASH_MISMATCH: {
    audience: 'environment',
    exit: 1,
    message: 'A sealed file is not the one that was written; the running gateway was left running.',
    hint: 'Somebody changed the sandbox. `nemoclaw <name> recover` writes the sealed files again.',
  },
  RESTART_SECRET_BOUNDARY: {
    audience: 'environment',
    exit: 1,
    message: 'A secret would be readable where it must not be; the running gateway was left running.',
    hint: 'The message names the file. `nemoclaw <name> recover` writes it again with its owner and mode.',
  },
  RESTART_LAUNCH_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'The gateway was stopped and could not be started again.',
    hint: '`nemoclaw <name> logs` shows why; then `nemoclaw <name> recover`.',
  },
  RESTART_HEALTH_TIMEOUT: {
    audience: 'environment',
    exit: 1,
    message: 'The gateway was started again and did not become healthy in time.',
    hint: '`nemoclaw <name> logs` shows what it does; a slow host may need a longer --timeout.',
  },
  RESTART_INGRESS_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'The gateway is healthy and cannot be reached from the host.',
    hint: 'The relay stands between: `nemoclaw <name> logs --source relay`, then `nemoclaw <name> recover`.',
  },
  GPU_UNKNOWN: {
    audience: 'user',
    exit: 2,
    message: 'There is no GPU strategy of this name.',
    hint: '`nemoclaw gpu list` shows those that are installed.',
  },
  GPU_NOT_APPLICABLE: {
    audience: 'environment',
    exit: 1,
    message: 'This GPU strategy does not fit this host.',
    hint: '`nemoclaw gpu list` says why, and which one does; --gpu off goes without.',
  },
  GPU_PROOF_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'The sandbox was given the GPU and cannot use it.',
    hint: 'The details name the check that failed and its remedy; --gpu off goes without.',
  },
} as const satisfies Record<string, ErrorRow>;
