import { looksSecret } from './secret-keys.ts';

export interface Span {
  start: number;
  end: number;
}

/** `KEY=value`, `"key": "value"`, `key: value`, `--key value`, with or without quotes (also escaped ones, as JSON in JSON has). */
const ASSIGNMENT =
  /(?<![\w.-])(?<flag>--)?(?<key>[A-Za-z][\w.-]{0,79})(?:\\?["'])?(?<separator>\s{0,4}[=:]\s{0,4}|\s)(?:\\?(?<quote>["']))?/g;

/** An environment variable's name or a number stands where a secret could, and tells nobody anything. */
const HARMLESS_VALUE = /^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[\d.,]+|true|false|null|undefined|none|auto|on|off|yes|no)$/;

const endOfValue = (text: string, start: number, quote: string | undefined, key: string): number => {
  const limit = Math.min(text.length, start + 4096);
  // A cookie header is a list; all of the line is secret.
  const stop = quote === undefined ? (/cookie/i.test(key) ? /[\r\n]/ : /[\s,;"'`]/) : undefined;
  for (let at = start; at < limit; at += 1) {
    const char = text[at] as string;
    if (stop ? stop.test(char) : char === quote && (text[at - 1] !== '\\' || text[start - 2] === '\\')) return at;
  }
  return limit;
};

/** Prose has colons too (`the token: it is`), so what follows one without quotes must be longer to count. */
const MIN_AFTER_COLON = 8;
const MIN_ASSIGNED = 4;

/** Values that stand in plain text beside a key that looks secret. */
export const assignedSecrets = (text: string, isSecretKey: (key: string) => boolean = looksSecret): Span[] => {
  const spans: Span[] = [];
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(text); match !== null; match = ASSIGNMENT.exec(text)) {
    const { flag, key, separator, quote } = match.groups as {
      flag?: string;
      key: string;
      separator: string;
      quote?: string;
    };
    if ((separator.trim() === '' && flag === undefined) || !isSecretKey(key)) {
      // The key's own text may end where the next key begins.
      ASSIGNMENT.lastIndex = match.index + (flag ?? '').length + key.length;
      continue;
    }
    let start = match.index + match[0].length;
    const scheme = /^(?:bearer|basic|token)\s+/i.exec(text.slice(start, start + 16));
    if (scheme) start += scheme[0].length;
    const end = endOfValue(text, start, quote, key);
    const value = text.slice(start, end);
    const exact = quote !== undefined || flag !== undefined || separator.includes('=');
    if (value.length >= (exact ? MIN_ASSIGNED : MIN_AFTER_COLON) && !HARMLESS_VALUE.test(value))
      spans.push({ start, end });
    ASSIGNMENT.lastIndex = Math.max(end, match.index + 1);
  }
  return spans;
};
