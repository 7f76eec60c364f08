import { describe, expect, it } from 'vitest';
import { type Effect, initialMachine, type Machine, type MachineEvent, step } from './machine.ts';

const contract = { configRefusedExitCodes: [78], expectedExitCodes: [0, 143] };

/** Runs events one after the other; the last step's effects are what matters. */
const play = (events: MachineEvent[], from: Machine = initialMachine): { machine: Machine; effects: Effect[] } => {
  let machine = from;
  let effects: Effect[] = [];
  for (const event of events) ({ machine, effects } = step(machine, event, contract));
  return { machine, effects };
};
const up: MachineEvent[] = [{ type: 'boot' }, { type: 'launched' }, { type: 'started', at: 0 }];
const running = play(up).machine;
const crash = (at: number, code: number | null = 1): MachineEvent => ({ type: 'exited', at, code, signal: null });
const sick: MachineEvent = { type: 'health', ok: false, detail: '500' };

describe('the gateway’s supervision', () => {
  it('launches at boot and waits for started', () => {
    expect(play([{ type: 'boot' }]).effects).toEqual([{ type: 'launch' }]);
    expect(play([{ type: 'boot' }, { type: 'launched' }]).effects).toEqual([{ type: 'await_start' }]);
    expect(running).toMatchObject({ state: 'running', launches: 1 });
  });

  it('comes back from crashes after 2, 4, 8, 16 s', () => {
    let machine = running;
    const delays = [100_000, 300_000, 500_000, 700_000, 900_000, 1_100_000].map((at) => {
      const next = step(machine, crash(at), contract);
      machine = { ...next.machine, child: true };
      return next.effects;
    });
    expect(delays).toEqual([2, 4, 8, 16, 30, 30].map((seconds) => [{ type: 'retry', afterMs: seconds * 1000 }]));
  });

  it('forgives the delay after a run of a minute', () => {
    const tired = { ...running, streak: 4, startedAt: 1_000 };
    expect(step(tired, crash(62_000), contract).effects).toEqual([{ type: 'retry', afterMs: 2_000 }]);
    expect(step(tired, crash(30_000), contract).effects).toEqual([{ type: 'retry', afterMs: 30_000 }]);
  });

  it('quarantines at the fifth exit in 60 s, not at the fifth in 61', () => {
    const at = (times: number[]) =>
      play(
        times.map((time) => crash(time)),
        running,
      ).machine.state;
    expect(at([0, 10_000, 20_000, 30_000, 59_999])).toBe('quarantined');
    expect(at([0, 10_000, 20_000, 30_000, 60_000])).toBe('backoff');
  });

  it('does nothing more in quarantine until it is asked to', () => {
    const { machine } = play(
      [1, 2, 3, 4, 5].map((time) => crash(time)),
      running,
    );
    expect(step(machine, { type: 'retry_due' }, contract).effects).toEqual([]);
    const asked = step(machine, { type: 'restart_asked' }, contract);
    expect(asked.effects).toEqual([{ type: 'cancel_retry' }, { type: 'launch' }]);
    expect(play([{ type: 'launched' }, crash(6)], asked.machine).machine.state).toBe('backoff');
  });

  it('does not retry a refused configuration', () => {
    expect(play([crash(1, 78)], running)).toMatchObject({ machine: { state: 'config_refused' }, effects: [] });
    expect(play([{ type: 'boot' }, { type: 'refused', message: 'hash' }])).toMatchObject({
      machine: { state: 'config_refused', reason: 'hash' },
      effects: [],
    });
  });

  it.each([
    ['one of the contract’s codes', 143, null, true],
    ['the signal itself', null, 'SIGTERM', true],
    ['another code', 3, null, false],
  ])('takes an exit that the host asked for as no crash: %s', (_what, code, signal, expected) => {
    const { machine, effects } = play([{ type: 'restart_asked' }, { type: 'exited', at: 5, code, signal }], running);
    expect(effects).toEqual([{ type: 'launch' }]);
    expect(machine).toMatchObject({ state: 'restarting', exits: [], lastExit: { expected } });
  });

  it('restarts that child after the fourth failed health poll in a row, and not before', () => {
    expect(play([sick, sick, sick], running)).toMatchObject({ machine: { state: 'running' }, effects: [] });
    expect(play([sick, sick, sick, { type: 'health', ok: true, detail: '' }, sick], running).effects).toEqual([]);
    const fourth = play([sick, sick, sick, sick], running);
    expect(fourth.effects).toEqual([{ type: 'stop', why: 'unhealthy' }]);
    expect(play([{ type: 'exited', at: 9, code: null, signal: 'SIGKILL' }], fourth.machine)).toMatchObject({
      machine: { exits: [] },
      effects: [{ type: 'launch' }],
    });
  });

  it('ends a start that never came and counts it as a crash', () => {
    const late = play([{ type: 'boot' }, { type: 'launched' }, { type: 'start_timed_out' }]);
    expect(late.effects).toEqual([{ type: 'stop', why: 'start_timeout' }]);
    expect(play([crash(7, 0)], late.machine)).toMatchObject({ machine: { state: 'backoff', exits: [7] } });
  });

  it('waits again for started when the listener goes away under a living child', () => {
    expect(play([{ type: 'listener_lost' }], running)).toMatchObject({
      machine: { state: 'starting', child: true },
      effects: [{ type: 'await_start' }],
    });
  });

  it('takes a restart inside the process for what it is', () => {
    const soft = play([{ type: 'soft_restart_asked' }], running);
    expect(soft).toMatchObject({ machine: { state: 'restarting', child: true }, effects: [] });
    expect(play([{ type: 'listener_lost' }], soft.machine).effects).toEqual([{ type: 'await_start' }]);
    expect(play([{ type: 'started', at: 9 }], soft.machine).machine).toMatchObject({ state: 'running', launches: 1 });
  });

  it('stays down once the container stops, even when a launch was under way', () => {
    const ending = play([{ type: 'shutdown_asked' }], running);
    expect(ending.effects).toContainEqual({ type: 'stop', why: 'shutdown' });
    const ended = play([crash(1, 143)], ending.machine);
    expect(ended).toMatchObject({ machine: { state: 'stopping', child: false }, effects: [] });
    expect(step(ended.machine, { type: 'retry_due' }, contract).effects).toEqual([]);
    expect(step(ended.machine, { type: 'restart_asked' }, contract).effects).toEqual([]);
    const late = step(ended.machine, { type: 'launched' }, contract);
    expect(late.effects).toEqual([{ type: 'stop', why: 'shutdown' }]);
    expect(step(late.machine, crash(2), contract)).toMatchObject({ machine: { state: 'stopping' }, effects: [] });
  });

  it('does not count a child that was already on its way out when a restart is asked', () => {
    const late = play([{ type: 'boot' }, { type: 'launched' }, { type: 'start_timed_out' }, { type: 'restart_asked' }]);
    expect(late.effects).toEqual([]);
    expect(play([crash(3)], late.machine)).toMatchObject({ machine: { exits: [] }, effects: [{ type: 'launch' }] });
  });
});
