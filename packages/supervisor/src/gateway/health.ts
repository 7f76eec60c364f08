import { get } from 'node:http';
import type { HealthPredicate } from '@nemoclaw/plugin-api';

const BODY_LIMIT = 64 * 1024;

export type Answer = { ok: true; body: unknown } | { ok: false; detail: string };

/** Whether an answer says yes to a predicate. Pure. */
export const judge = (predicate: HealthPredicate, status: number, body: string): Answer => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  if (status !== predicate.status) return { ok: false, detail: `${predicate.path} answered ${status}` };
  if (predicate.field === undefined) return { ok: true, body: value };
  const { name, equals } = predicate.field;
  const actual = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return actual === equals
    ? { ok: true, body: value }
    : { ok: false, detail: `${predicate.path} says ${name}=${JSON.stringify(actual)}` };
};

/** One question to the gateway on loopback; carries nothing secret. */
export const ask = (port: number, predicate: HealthPredicate, timeoutMs: number): Promise<Answer> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: predicate.path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > BODY_LIMIT) finish({ ok: false, detail: `${predicate.path} answers without end` });
        else chunks.push(chunk);
      });
      response.on('end', () =>
        finish(judge(predicate, response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))),
      );
      response.on('error', (error) => finish({ ok: false, detail: error.message }));
    });
    const timer = setTimeout(
      () => finish({ ok: false, detail: `${predicate.path} did not answer in ${timeoutMs} ms` }),
      timeoutMs,
    );
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      request.destroy();
      resolve(answer);
    };
    request.on('error', (error) => finish({ ok: false, detail: error.message }));
  });
