import { createReadStream } from 'node:fs';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** Imports a root file system as an image through the engine's own call, since no docker client need be here. */
export const importImage = async (input: {
  socket: string;
  tarball: string;
  /** `repository:tag` */
  reference: string;
  signal?: AbortSignal;
}): Promise<void> => {
  const [repo = '', tag = 'latest'] = input.reference.split(':');
  const query = new URLSearchParams({ fromSrc: '-', repo, tag });
  const call = request({
    socketPath: input.socket,
    method: 'POST',
    path: `/images/create?${query}`,
    headers: { 'content-type': 'application/x-tar' },
    ...(input.signal ? { signal: input.signal } : {}),
  });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    call.on('error', reject);
    call.on('response', (response) =>
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject),
    );
  });
  // The engine may refuse before it has read all of it: then its answer says more than the broken pipe.
  const [sent, answer] = await Promise.allSettled([pipeline(createReadStream(input.tarball), call), answered]);
  if (answer.status === 'rejected') throw answer.reason;
  const { status, body } = answer.value;
  // A failure while it unpacks comes inside an answer that began with 200.
  const failure = body.split('\n').find((line) => line.includes('"error"')) ?? (status === 200 ? undefined : body);
  if (failure !== undefined) throw new Error(`The engine did not import ${input.reference}: ${failure.trim()}`);
  if (sent.status === 'rejected') throw sent.reason;
};
