/** Who a process is, so that neither a reused pid nor a reboot can be taken for it. Empty where the system does not say. */
export interface ProcessStamp {
  pid: number;
  /** The kernel's start time of the process, clock ticks since boot. */
  startTime: string;
  bootId: string;
  pidNamespace: string;
  machine: string;
}

export type Observation = { state: 'gone' } | { state: 'present'; startTime?: string };

/** `unknowable`: it may live where we can't look, so it counts as alive. */
export type Verdict = 'alive' | 'dead' | 'unknowable';

/** Pure. `observed` is what this system has under the owner's pid, asked for only where the answer means something. */
export const judgeOwner = (owner: ProcessStamp, here: ProcessStamp, observed: Observation): Verdict => {
  if (owner.machine !== here.machine) return 'unknowable';
  if (owner.bootId !== here.bootId) return 'dead';
  if (owner.pidNamespace !== here.pidNamespace) return 'unknowable';
  if (observed.state === 'gone') return 'dead';
  if (owner.startTime === '' || observed.startTime === undefined) return 'alive';
  return owner.startTime === observed.startTime ? 'alive' : 'dead';
};
