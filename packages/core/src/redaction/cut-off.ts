import type { Span } from './assignments.ts';

/** Fewer characters are any word's beginning. */
const MIN_LEFT = 4;
const MAX_CUTS = 2_000;

/** How much of the secret's beginning stands right before `end`. */
const leftOf = (text: string, end: number, secret: string): number => {
  for (let length = Math.min(secret.length - 1, end); length >= MIN_LEFT; length--)
    if (text.startsWith(secret.slice(0, length), end - length)) return length;
  return 0;
};

/** What is left of a known secret where a text was cut to fit (`…`) before it came here. */
export const cutOffSecrets = (text: string, secrets: readonly string[]): Span[] => {
  const spans: Span[] = [];
  let cuts = 0;
  for (let end = text.indexOf('…'); end !== -1 && cuts < MAX_CUTS; end = text.indexOf('…', end + 1), cuts++)
    for (const secret of secrets) {
      const left = leftOf(text, end, secret);
      if (left > 0) spans.push({ start: end - left, end });
    }
  return spans;
};
