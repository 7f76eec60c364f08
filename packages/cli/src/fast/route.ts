import { SANDBOX_NAME } from '../grammar/rewrite.ts';

export type FastRequest =
  | { kind: 'version' }
  | { kind: 'help' }
  | { kind: 'list'; json: boolean }
  | { kind: 'status'; name?: string; json: boolean };

/** What the fast path answers, by the exact words; anything else is for oclif. `reserved` are the commands' first words. */
export function routeFast(argv: readonly string[], reserved: () => readonly string[]): FastRequest | undefined {
  if (argv.length === 0) return { kind: 'help' };
  if (argv.length > 3) return undefined;
  const json = argv.includes('--json');
  const words = argv.filter((word) => word !== '--json');
  if (argv.length - words.length > 1) return undefined;
  const [first, second, ...more] = words;
  if (first === undefined || more.length > 0) return undefined;

  if (second === undefined) {
    if (!json && (first === 'help' || first === '--help' || first === '-h')) return { kind: 'help' };
    if (!json && (first === 'version' || first === '--version' || first === '-v')) return { kind: 'version' };
    if (first === 'list' || first === 'ls') return { kind: 'list', json };
    if (first === 'status') return { kind: 'status', json };
    return isName(first, reserved) ? { kind: 'status', name: first, json } : undefined;
  }
  if (first === 'status' && SANDBOX_NAME.test(second)) return { kind: 'status', name: second, json };
  if (second === 'status' && isName(first, reserved)) return { kind: 'status', name: first, json };
  return undefined;
}

function isName(word: string, reserved: () => readonly string[]): boolean {
  return SANDBOX_NAME.test(word) && !reserved().includes(word);
}
