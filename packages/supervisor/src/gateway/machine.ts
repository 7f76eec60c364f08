import type { SupervisorState, SupervisorStatus } from '../protocol.ts';

const RETRY_FIRST_MS = 2_000;
const RETRY_MAX_MS = 30_000;
const QUARANTINE_EXITS = 5;
const QUARANTINE_WINDOW_MS = 60_000;
const HEALTH_FAILURES = 4;
/** A run that lasted this long forgives the delays that came before it. */
const STABLE_MS = 60_000;

/** Why the supervisor itself ends the child; an exit that follows is no crash. */
export type StopReason = 'restart' | 'shutdown' | 'unhealthy' | 'start_timeout';

export interface Machine {
  state: SupervisorState;
  reason: string;
  /** Whether a child is there. */
  child: boolean;
  stopping: StopReason | undefined;
  /** When unasked exits happened, ms; only those inside the window. */
  exits: number[];
  /** Unasked exits since the last stable run. */
  streak: number;
  launches: number;
  startedAt: number | undefined;
  healthFailures: number;
  lastExit: SupervisorStatus['lastExit'];
}

export type MachineEvent =
  | { type: 'boot' }
  | { type: 'launched' }
  | { type: 'started'; at: number }
  | { type: 'listener_lost' }
  | { type: 'exited'; at: number; code: number | null; signal: string | null }
  | { type: 'refused'; message: string }
  | { type: 'launch_failed'; at: number; message: string }
  | { type: 'start_timed_out' }
  | { type: 'health'; ok: boolean; detail: string }
  | { type: 'restart_asked' }
  | { type: 'soft_restart_asked' }
  | { type: 'shutdown_asked' }
  | { type: 'retry_due' };

export type Effect =
  | { type: 'launch' }
  | { type: 'stop'; why: StopReason }
  | { type: 'retry'; afterMs: number }
  | { type: 'cancel_retry' }
  /** Watch the child until its listener is verified and it says `started`. */
  | { type: 'await_start' };

export interface MachineContract {
  configRefusedExitCodes: readonly number[];
  expectedExitCodes: readonly number[];
}

export const initialMachine: Machine = {
  state: 'starting',
  reason: 'the supervisor starts',
  child: false,
  stopping: undefined,
  exits: [],
  streak: 0,
  launches: 0,
  startedAt: undefined,
  healthFailures: 0,
  lastExit: undefined,
};

type Step = { machine: Machine; effects: Effect[] };

const how = (code: number | null, signal: string | null): string =>
  signal === null ? `exit ${code}` : `signal ${signal}`;

/** After a crash or a launch that failed: wait and try again, or stop trying. */
const crashed = (machine: Machine, at: number, what: string): Step => {
  const exits = [...machine.exits.filter((exit) => at - exit < QUARANTINE_WINDOW_MS), at];
  const stable = machine.startedAt !== undefined && at - machine.startedAt >= STABLE_MS;
  const streak = stable ? 1 : machine.streak + 1;
  const base = { ...machine, child: false, stopping: undefined, startedAt: undefined, exits, streak };
  if (exits.length >= QUARANTINE_EXITS) {
    const reason = `${what}; ${exits.length} times in ${QUARANTINE_WINDOW_MS / 1000} s, not tried again before recover`;
    return { machine: { ...base, state: 'quarantined', reason }, effects: [] };
  }
  const afterMs = Math.min(RETRY_FIRST_MS * 2 ** (streak - 1), RETRY_MAX_MS);
  return {
    machine: { ...base, state: 'backoff', reason: `${what}; next try in ${afterMs / 1000} s` },
    effects: [{ type: 'retry', afterMs }],
  };
};

const exited = (machine: Machine, event: MachineEvent & { type: 'exited' }, contract: MachineContract): Step => {
  const { at, code, signal } = event;
  const why = machine.stopping;
  const asked = why === 'restart' || why === 'shutdown' || why === 'unhealthy';
  const expected =
    asked && (signal !== null || (code !== null && (code === 0 || contract.expectedExitCodes.includes(code))));
  const gone: Machine = {
    ...machine,
    child: false,
    stopping: undefined,
    lastExit: { code, signal, expected, atMs: at },
  };
  switch (why) {
    case 'shutdown':
      return { machine: { ...gone, state: 'stopping', reason: 'stopped', startedAt: undefined }, effects: [] };
    case 'restart':
    case 'unhealthy':
      return { machine: { ...gone, startedAt: undefined, state: 'restarting' }, effects: [{ type: 'launch' }] };
    case 'start_timeout':
      return crashed(gone, at, 'it never said that it had started');
    case undefined:
      if (code !== null && contract.configRefusedExitCodes.includes(code)) {
        const reason = `the agent refuses its configuration (exit ${code})`;
        return { machine: { ...gone, state: 'config_refused', reason, startedAt: undefined }, effects: [] };
      }
      return crashed(gone, at, `the gateway ended with ${how(code, signal)}`);
  }
};

/** What the gateway's supervision does next; no clock, no process, no file: those are the caller's. */
export const step = (machine: Machine, event: MachineEvent, contract: MachineContract): Step => {
  const stay: Step = { machine, effects: [] };
  if (machine.state === 'stopping' && event.type !== 'exited' && event.type !== 'launched') return stay;
  switch (event.type) {
    case 'boot':
      return {
        machine: { ...machine, state: 'starting', reason: 'the gateway is being started' },
        effects: [{ type: 'launch' }],
      };
    case 'launched': {
      const launched: Machine = {
        ...machine,
        child: true,
        launches: machine.launches + 1,
        startedAt: undefined,
        healthFailures: 0,
      };
      if (machine.state !== 'stopping') return { machine: launched, effects: [{ type: 'await_start' }] };
      // It was under way when the end was asked for, and still has to end.
      return { machine: { ...launched, stopping: 'shutdown' }, effects: [{ type: 'stop', why: 'shutdown' }] };
    }
    case 'started':
      if (!machine.child || machine.stopping) return stay;
      return {
        machine: { ...machine, state: 'running', reason: 'started', startedAt: event.at, healthFailures: 0 },
        effects: [],
      };
    case 'listener_lost':
      // Also while the agent restarts inside its process: then this is the moment that it is gone.
      if (!machine.child || machine.stopping || (machine.state !== 'running' && machine.state !== 'restarting'))
        return stay;
      return {
        machine: {
          ...machine,
          state: 'starting',
          reason: 'the gateway no longer listens; waiting for it to come back',
        },
        effects: [{ type: 'await_start' }],
      };
    case 'exited':
      return exited(machine, event, contract);
    case 'refused':
      return { machine: { ...machine, child: false, state: 'config_refused', reason: event.message }, effects: [] };
    case 'launch_failed':
      return crashed(machine, event.at, event.message);
    case 'start_timed_out':
      if (!machine.child || machine.stopping) return stay;
      return { machine: { ...machine, stopping: 'start_timeout' }, effects: [{ type: 'stop', why: 'start_timeout' }] };
    case 'health': {
      if (machine.state !== 'running') return stay;
      if (event.ok) return { machine: { ...machine, healthFailures: 0 }, effects: [] };
      const healthFailures = machine.healthFailures + 1;
      if (healthFailures < HEALTH_FAILURES) return { machine: { ...machine, healthFailures }, effects: [] };
      const reason = `${healthFailures} health polls in a row failed: ${event.detail}`;
      return {
        machine: { ...machine, healthFailures, state: 'restarting', reason, stopping: 'unhealthy' },
        effects: [{ type: 'stop', why: 'unhealthy' }],
      };
    }
    case 'restart_asked': {
      const asked: Machine = {
        ...machine,
        state: 'restarting',
        reason: 'the host asked for a restart',
        exits: [],
        streak: 0,
      };
      if (!machine.child) return { machine: asked, effects: [{ type: 'cancel_retry' }, { type: 'launch' }] };
      // Already on its way out: it only must not count as a crash.
      if (machine.stopping) return { machine: { ...asked, stopping: 'restart' }, effects: [] };
      return { machine: { ...asked, stopping: 'restart' }, effects: [{ type: 'stop', why: 'restart' }] };
    }
    case 'soft_restart_asked':
      if (machine.state !== 'running') return stay;
      return {
        machine: { ...machine, state: 'restarting', reason: 'the agent restarts inside its process' },
        effects: [],
      };
    case 'shutdown_asked': {
      const asked: Machine = { ...machine, state: 'stopping', reason: 'the container is being stopped' };
      const effects: Effect[] = [{ type: 'cancel_retry' }];
      if (machine.child) effects.push({ type: 'stop', why: 'shutdown' });
      return { machine: machine.child ? { ...asked, stopping: 'shutdown' } : asked, effects };
    }
    case 'retry_due':
      if (machine.state !== 'backoff') return stay;
      return { machine: { ...machine, state: 'starting', reason: 'trying again' }, effects: [{ type: 'launch' }] };
  }
};
