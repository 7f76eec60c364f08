import { setTimeout as delay } from 'node:timers/promises';
import { type AgentConfigOutput, type Driver, type ExecResult, type HealthPredicate, IDS } from '@nemoclaw/plugin-api';
import { DOOR_PORT } from './stand-in.ts';

type Json = Record<string, unknown>;

const holds = ({ status, field }: HealthPredicate, answer: { status: number; json: Json }): boolean =>
  answer.status === status && (field === undefined || answer.json[field.name] === field.equals);

/** A running agent container, asked and prodded from outside. */
export function sandbox(driver: Driver, id: string, output: AgentConfigOutput) {
  const { started } = output.runtime.health;

  const ingressUrl = async (): Promise<string> =>
    `http://127.0.0.1:${(await driver.inspect(id))?.ports[DOOR_PORT] ?? 0}`;

  const ask = async (path: string): Promise<{ status: number; json: Json }> => {
    const response = await fetch((await ingressUrl()) + path, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, json: (await response.json()) as Json };
  };

  const lastLines = async (): Promise<string> => {
    const lines: string[] = [];
    for await (const line of driver.logs(id, { tail: 30, follow: false })) lines.push(line.text);
    return lines.join('\n');
  };

  return {
    id,
    output,
    ingressUrl,
    ask,
    lastLines,

    /** What the agent answers once its own predicate holds (and `accept` does). */
    async started(accept: (json: Json) => boolean = () => true): Promise<Json> {
      for (const end = Date.now() + output.runtime.startTimeoutMs; ; await delay(200)) {
        const answer = await ask(started.path).catch(() => undefined);
        if (answer && holds(started, answer) && accept(answer.json)) return answer.json;
        const state = await driver.inspect(id);
        if (state?.phase !== 'running' || Date.now() > end)
          throw new Error(`not started (${state?.phase}, exit ${state?.exitCode}):\n${await lastLines()}`);
      }
    },

    /** Runs a program in the container, by default as the gateway's uid. */
    run: (argv: string[], uid: number = IDS.gateway): Promise<ExecResult> =>
      driver.exec(id, { argv, uid, gid: uid, timeoutMs: 60_000 }),

    /** Exit code of the gateway, once it ended. */
    async ended(timeoutMs: number): Promise<number> {
      for (const end = Date.now() + timeoutMs; ; await delay(100)) {
        const state = await driver.inspect(id);
        if (state?.phase === 'exited') return state.exitCode;
        if (Date.now() > end) throw new Error(`still ${state?.phase} after ${timeoutMs} ms:\n${await lastLines()}`);
      }
    },
  };
}

export type AgentSandbox = ReturnType<typeof sandbox>;
