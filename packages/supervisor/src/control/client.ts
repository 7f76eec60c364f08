import { once } from 'node:events';
import { connect } from 'node:net';

const MAX_REQUEST = 1 << 20;

/** Passes one request from stdin to the supervisor and its answer to stdout; `true` when the answer is a yes. */
export const control = async (
  path: string,
  input: AsyncIterable<Buffer>,
  output: NodeJS.WritableStream,
): Promise<boolean> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_REQUEST) throw new Error('the request is too large');
    if (chunk.includes(0x0a)) break;
  }
  const socket = connect(path);
  await once(socket, 'connect');
  socket.write(Buffer.concat(chunks));
  if (!chunks.at(-1)?.includes(0x0a)) socket.write('\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  if (text === '') throw new Error('the supervisor closed the connection without an answer');
  await new Promise<void>((resolve) => output.write(text, () => resolve()));
  return (JSON.parse(text) as { ok: unknown }).ok === true;
};
