import { isOurAddress } from './addresses.ts';
import { assignedSecrets, type Span } from './assignments.ts';
import { stripControl } from './control-characters.ts';
import { cutOffSecrets } from './cut-off.ts';
import { looksSecret } from './secret-keys.ts';
import { replaceSpans } from './spans.ts';
import { TOKEN_SHAPES } from './token-shapes.ts';

export const REDACTED = '[redacted]';
/** Shorter values are common words and numbers; hiding them everywhere would make text unreadable. */
export const MIN_LEARNED_LENGTH = 8;
const MAX_DEPTH = 64;

export interface RedactorOptions {
  /** Values that stand where a secret would and are none, e.g. the `api_key` that an agent is given for inference.local. */
  placeholders?: string[];
  /** Names of settings that an agent declares to be secret, in addition to those that look so. */
  secretKeys?: string[];
}

export interface Redactor {
  /** Adds to what it was made with: an agent says so when it is loaded. */
  declare(more: { placeholders?: readonly string[]; secretKeys?: readonly string[] }): void;
  /** Hides this value from now on, also as base64, URL-encoded and JSON-escaped; ignored when shorter than 8 characters. */
  learn(value: string): void;
  /** Learns the values of an environment (a map, or `KEY=value` as an engine lists them) whose keys look secret. */
  learnEnv(env: Readonly<Record<string, string | undefined>> | readonly string[]): void;
  /** Learns from any JSON document (an inspect, a command envelope): values under secret keys, `--key value` in lists. */
  learnJson(document: unknown): void;
  /** Also without control characters: none may hide what a secret looks like, or reach a terminal. */
  redactText(text: string): string;
  /** A copy with the same shape; keys are redacted too. What is no JSON becomes its text. */
  redactJson<T>(value: T): T;
}

const variants = (value: string): string[] => {
  const trimmed = value.trim();
  const base64 = Buffer.from(trimmed).toString('base64');
  const lines = trimmed.includes('\n')
    ? trimmed
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line.length >= 16)
    : [];
  return [
    trimmed,
    ...lines,
    JSON.stringify(trimmed).slice(1, -1),
    encodeURIComponent(trimmed.toWellFormed()),
    base64.replace(/=+$/, ''),
    Buffer.from(trimmed).toString('base64url'),
  ];
};

/** One for each command; it owns every byte that goes to evidence, logs, JSON and our own lines on the terminal. */
export const createRedactor = (options: RedactorOptions = {}): Redactor => {
  const placeholders = new Set(options.placeholders ?? []);
  const declared = new Set((options.secretKeys ?? []).map((key) => key.toLowerCase()));
  const isSecretKey = (key: string): boolean => declared.has(key.toLowerCase()) || looksSecret(key);
  const isHarmless = (value: string): boolean =>
    value === '' || placeholders.has(value) || value.startsWith(REDACTED) || isOurAddress(value);
  const learned = new Set<string>();
  let longestFirst: string[] = [];

  const learn = (value: string): void => {
    const trimmed = value.trim();
    if (trimmed.length < MIN_LEARNED_LENGTH || isHarmless(trimmed)) return;
    const before = learned.size;
    for (const variant of variants(trimmed))
      if (variant.length >= MIN_LEARNED_LENGTH && !isHarmless(variant)) learned.add(variant);
    if (learned.size > before) longestFirst = [...learned].sort((a, b) => b.length - a.length);
  };

  const learnSetting = (key: string, value: string): void => {
    if (isSecretKey(key)) learn(value);
    const url = value.includes('://') ? URL.parse(value) : null;
    if (url) for (const part of [url.password, decodeSafely(url.password)]) learn(part);
  };

  const learnList = (list: readonly unknown[], secret: boolean, depth: number): void => {
    for (const [index, item] of list.entries()) {
      if (typeof item !== 'string') {
        learnDocument(item, secret, depth + 1);
        continue;
      }
      if (secret) learn(item);
      const assignment = /^(?:--)?([A-Za-z_][\w.-]*)=([\s\S]*)$/.exec(item);
      if (assignment) learnSetting(assignment[1] as string, assignment[2] as string);
      const flag = /^--?([A-Za-z][\w.-]*)$/.exec(item);
      const next = list[index + 1];
      if (flag && typeof next === 'string' && !next.startsWith('-')) learnSetting(flag[1] as string, next);
    }
  };

  const learnDocument = (value: unknown, secret: boolean, depth: number): void => {
    if (depth > MAX_DEPTH || value === null || typeof value !== 'object') return;
    if (Array.isArray(value)) {
      learnList(value, secret, depth);
      return;
    }
    for (const [key, item] of Object.entries(value)) {
      const hidden = secret || isSecretKey(key);
      if (typeof item !== 'string') learnDocument(item, hidden, depth + 1);
      else if (secret) learn(item);
      else learnSetting(key, item);
    }
  };

  const redactText = (raw: string): string => {
    const text = stripControl(raw);
    const spans: Span[] = [];
    for (const secret of longestFirst) {
      for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1))
        spans.push({ start: at, end: at + secret.length });
    }
    spans.push(...cutOffSecrets(text, longestFirst));
    for (const { pattern } of TOKEN_SHAPES) {
      for (const match of text.matchAll(pattern)) {
        const secret = match.groups?.secret ?? match[0];
        const start = match.index + match[0].indexOf(secret);
        if (!isHarmless(secret)) spans.push({ start, end: start + secret.length });
      }
    }
    for (const span of assignedSecrets(text, isSecretKey)) {
      if (!isHarmless(text.slice(span.start, span.end))) spans.push(span);
    }
    return replaceSpans(text, spans, REDACTED);
  };

  const redactString = (value: string, secret: boolean): string =>
    secret && !isHarmless(value) ? REDACTED : redactText(value);

  const redactList = (list: unknown[], secret: boolean, depth: number): unknown[] =>
    list.map((item, index) => {
      if (typeof item !== 'string') return redactValue(item, secret, depth + 1);
      const assignment = /^((?:--)?([A-Za-z_][\w.-]*)=)([\s\S]*)$/.exec(item);
      if (assignment && isSecretKey(assignment[2] as string))
        return `${assignment[1]}${redactString(assignment[3] as string, true)}`;
      const previous = list[index - 1];
      const flag = typeof previous === 'string' ? /^--?([A-Za-z][\w.-]*)$/.exec(previous) : null;
      return redactString(item, secret || (flag !== null && isSecretKey(flag[1] as string)));
    });

  const redactValue = (value: unknown, secret: boolean, depth: number): unknown => {
    if (typeof value === 'string') return redactString(value, secret);
    if (value === null || typeof value !== 'object')
      return typeof value === 'bigint' ? redactString(String(value), secret) : value;
    if (depth > MAX_DEPTH) return '[too deep]';
    if (Array.isArray(value)) return redactList(value, secret, depth);
    if (value instanceof Error) return redactText(value.message);
    const entries = new Map<string, unknown>();
    for (const [key, item] of Object.entries(value)) {
      let name = redactText(key);
      while (entries.has(name)) name += '+';
      entries.set(name, redactValue(item, secret || isSecretKey(key), depth + 1));
    }
    return Object.fromEntries(entries);
  };

  return {
    declare: (more) => {
      for (const value of more.placeholders ?? []) placeholders.add(value);
      for (const key of more.secretKeys ?? []) declared.add(key.toLowerCase());
    },
    learn,
    learnEnv: (env) => {
      if (Array.isArray(env)) learnList(env, false, 0);
      else
        for (const [key, value] of Object.entries(env as Record<string, string | undefined>))
          if (value !== undefined) learnSetting(key, value);
    },
    learnJson: (document) => learnDocument(document, false, 0),
    redactText,
    redactJson: <T>(value: T): T => redactValue(value, false, 0) as T,
  };
};

const decodeSafely = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
