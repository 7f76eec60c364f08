import { FAULTS, type Fault } from './apply-fault.ts';

/** Where one fault goes: into which of the operation's calls of which kind, from 0. */
export interface FaultPoint {
  kind: string;
  nth: number;
  fault: Fault;
}

const isRead = (kind: string): boolean => kind.startsWith('GET ');

/** A read that is made twice changes nothing. */
const faultsOf = (kind: string): readonly Fault[] =>
  isRead(kind) ? FAULTS.filter((fault) => fault !== 'twice') : FAULTS;

/**
 * Pure: every kind of call that the operation made, with every fault: what changes something at its first and at its last
 * occurrence, reads at their first, and only those that no operation before met (`known`, which is added to): what a
 * failed read does is the driver's, which answers all of them alike.
 */
export const selectPoints = (made: ReadonlyMap<string, number>, known: Set<string>): FaultPoint[] =>
  [...made].flatMap(([kind, count]) => {
    if (isRead(kind) && known.has(kind)) return [];
    known.add(kind);
    const places = isRead(kind) ? [0] : [...new Set([0, count - 1])];
    return faultsOf(kind).flatMap((fault) => places.map((nth) => ({ kind, nth, fault })));
  });
