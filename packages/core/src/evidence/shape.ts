import type { JsonObject } from '@nemoclaw/plugin-api';
import type { Redactor } from '../redaction/index.ts';

export const FILE_BYTES = 256 * 1024;
const CUT = '… what came before is cut off: it was too long\n';

/** A name that stays in its folder, with an ending that fits the content. */
export const fileName = (name: string, content: string | JsonObject): string => {
  const safe = name.replace(/[^a-zA-Z0-9._-]+/g, '-').replace(/^\.+/, '') || 'unnamed';
  return /\.[a-z]+$/.test(safe) ? safe : `${safe}${typeof content === 'string' ? '.txt' : '.json'}`;
};

/** Whole characters only, from the end where a log says most. */
const lastBytes = (text: string, bytes: number): string => {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let start = encoded.length - bytes;
  while (start < encoded.length && ((encoded[start] ?? 0) & 0xc0) === 0x80) start++;
  return encoded.subarray(start).toString('utf8');
};

/**
 * Redacted first and cut then, so that no secret is left over in part at the cut. JSON is redacted value by value and key by
 * key, and stays JSON. The end of what is too long is kept.
 */
export const bounded = (
  content: string | JsonObject,
  { redactText, redactJson }: Pick<Redactor, 'redactText' | 'redactJson'>,
): string => {
  const redacted =
    typeof content === 'string' ? redactText(content) : `${JSON.stringify(redactJson(content), null, 2)}\n`;
  if (Buffer.byteLength(redacted) <= FILE_BYTES) return redacted;
  return CUT + lastBytes(redacted, FILE_BYTES - Buffer.byteLength(CUT));
};
