import { type CodedError, isCodedError } from '@nemoclaw/plugin-api';

/** Where a sandbox may have been left in any state, and what can be asked about it. */
export interface Recoverable {
  name: string;
  /** `remainsOf` of it. */
  remains(): Promise<string[]>;
  /** `status --live`: `ready`, or why not. */
  live(): Promise<{ verdict: string; reasons: string[] }>;
  /** Its verdict, or `nothing there`. */
  recover(): Promise<string>;
}

export type State = 'healthy' | 'none' | 'neither';

export const wordsOf = (error: unknown): string =>
  isCodedError(error) ? `${error.code}: ${error.message}` : `no coded error: ${(error as Error)?.stack ?? error}`;

/** Every failure that a user sees has a code of the catalogue, and is not our own mistake. */
export const isProperError = (error: unknown): error is CodedError =>
  isCodedError(error) && error.code !== 'INTERNAL_ERROR';

/** What must be left of a sandbox that is healthy, and nothing else: agent, relay, their volumes and networks. */
const isWhole = (found: string[], name: string): boolean => {
  const count = (what: string) => found.filter((line) => line.startsWith(what)).length;
  return (
    found.includes('folder of the sandbox') &&
    found.every((line) => /^(container|network|volume|folder) /.test(line)) &&
    count(`container nemoclaw-${name}-`) === 2 &&
    count('container ') === 2 &&
    count('volume ') === 5 &&
    count('network ') === 2
  );
};

export const stateOf = async (world: Recoverable): Promise<{ state: State; reasons: string[] }> => {
  const found = await world.remains();
  if (found.length === 0) return { state: 'none', reasons: [] };
  if (!isWhole(found, world.name)) return { state: 'neither', reasons: [`left: ${found.join(', ')}`] };
  const look = () => world.live().catch((error: unknown) => ({ verdict: 'unknown', reasons: [wordsOf(error)] }));
  const first = await look();
  // On a machine that has much else to do a single question may run out of time.
  const { verdict, reasons } = first.verdict === 'ready' ? first : await look();
  return verdict === 'ready' ? { state: 'healthy', reasons: [] } : { state: 'neither', reasons };
};

/** Recovers, looks, and says what is not as it must be. */
export const converge = async (
  world: Recoverable,
  leads: readonly State[],
): Promise<{ after: string; problems: string[] }> => {
  const problems: string[] = [];
  const recovered = await world.recover().catch((error: unknown) => {
    problems.push(`recover: ${wordsOf(error)}`);
    return 'not recovered';
  });
  const { state, reasons } = await stateOf(world);
  if (state === 'neither' || !leads.includes(state))
    problems.push(`after recover (${recovered}) ${state}: ${reasons.join('; ')}`);
  return { after: `${recovered}, ${state}`, problems };
};
