import type { GrammarCommand } from './rewrite.ts';

/** Edits (insert, delete, replace) between two words. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replace = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replace, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** The candidate that the user most likely meant, or none when nothing is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(word, candidate) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate;
}

const spoken = (commands: readonly GrammarCommand[]): string[] => commands.map(({ id }) => id.replaceAll(':', ' '));

/** `demo gatway restart` → `demo gateway restart`, `onbord x` → `onboard`. */
export function guessCommand(words: readonly string[], commands: readonly GrammarCommand[]): string | undefined {
  const [name, ...verb] = words;
  const scoped = nearest(verb.join(' '), spoken(commands.filter(({ scope }) => scope === 'sandbox')));
  if (scoped !== undefined) return `${name} ${scoped}`;
  for (let length = words.length; length > 0; length--) {
    const whole = nearest(words.slice(0, length).join(' '), spoken(commands));
    if (whole !== undefined) return whole;
  }
  return undefined;
}
