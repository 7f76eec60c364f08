import type { Readable } from 'node:stream';

/** The first line of a stream, without its end. @throws Error when there is none, or it is longer than `maxBytes` */
export const readLine = async (stream: Readable, maxBytes = 64 * 1024): Promise<string> => {
  let text = '';
  // A stream that is left early must stay open: a socket's answer still has to go out.
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const end = text.indexOf('\n');
    if (end !== -1) return text.slice(0, end);
    if (text.length > maxBytes) throw new Error('the line is too long');
  }
  if (text === '') throw new Error('nothing came');
  return text;
};
