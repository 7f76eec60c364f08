import { randomBytes } from 'node:crypto';
import { type Driver, IDS, type IsolationMode, type JsonObject } from '@nemoclaw/plugin-api';
import type { SeenProcess } from '@nemoclaw/supervisor/protocol';
import type { SandboxRecord } from '../api/records.ts';
import { codedError } from '../errors/index.ts';
import { armSelfTest, callSupervisor } from './control.ts';
import type { Agent, Services } from './services.ts';

/** `unseen`: nothing ran that could be looked at, so nothing is known. */
export type ToolsVerdict =
  | { result: 'proved'; uid: number; summary: string }
  | { result: 'unseen'; summary: string }
  | { result: 'wrong'; summary: string };

const EXPECTED: Record<IsolationMode['mode'], number> = { shared: IDS.gateway, separate: IDS.tools };
const nameOf = (uid: number): string =>
  uid === IDS.gateway ? "the gateway's uid" : uid === IDS.tools ? "the tools' own uid" : 'a uid that nobody knows';

/** Pure: what the supervisor saw from outside against what the record declares. One process of another uid is enough to deny it. */
export const judgeTools = (mode: IsolationMode['mode'], seen: readonly SeenProcess[], said: string): ToolsVerdict => {
  const uids = [...new Set(seen.map(({ uid }) => uid))];
  const [uid] = uids;
  if (uid === undefined)
    return {
      result: 'unseen',
      summary: `the agent's command tool ran nothing that could be seen; it said: ${said.trim().slice(0, 200) || 'nothing'}`,
    };
  if (uids.length > 1 || uid !== EXPECTED[mode])
    return {
      result: 'wrong',
      summary: `the agent's command tool ran as ${uids.map((each) => `${each} (${nameOf(each)})`).join(' and ')}, which is not ${mode}`,
    };
  const inside = mode === 'separate' && seen.every(({ belowToolsHost }) => belowToolsHost);
  return {
    result: 'proved',
    uid,
    summary: `the agent's command tool ran as ${uid}, ${nameOf(uid)}${inside ? ", below the tools' process" : ''}`,
  };
};

const TURN_MS = 60_000;
/** Long enough to be seen more than once, and no more. */
const HOLD_SECONDS = 2;

/**
 * Pure: a command that shows the marker in the arguments of a program for a while. In the command itself it stands in two
 * parts, which only the shell that runs it puts together: who merely carries the command there, as an ssh client does,
 * does not show it.
 */
export const showing = (marker: string): string => {
  const half = marker.length / 2;
  const parts = `a=${marker.slice(0, half)}; b=${marker.slice(half)}`;
  return `id -u; ${parts}; awk 'BEGIN { system("sleep ${HOLD_SECONDS}") }' "$a$b"`;
};

export interface ToolsProofInput {
  services: Pick<Services, 'clock'>;
  driver: Driver;
  agent: Agent;
  record: SandboxRecord;
  agentId: string;
  relayId: string;
  /** Of ingress. */
  token: string;
  signal: AbortSignal;
}

/**
 * One turn of the agent that the relay answers in the provider's place: it asks for one command, which shows a marker
 * that only this call knows, and the supervisor looks at whoever shows it. What the command prints decides nothing.
 */
export const proveTools = async (input: ToolsProofInput): Promise<ToolsVerdict> => {
  const { driver, agent, record, agentId, relayId, token } = input;
  const tool = agent.commandTool;
  if (!tool) return { result: 'unseen', summary: `${agent.title} does not say which of its tools runs commands` };
  const marker = randomBytes(32).toString('hex');
  const late = AbortSignal.timeout(TURN_MS);
  const signal = AbortSignal.any([input.signal, late]);
  const command = showing(marker);
  await armSelfTest(
    { driver, containerId: relayId, uid: IDS.relay, timeoutMs: 10_000, signal },
    { marker, tool: tool.name, arguments: { ...(tool.fixed as JsonObject), [tool.argument]: command }, ttlMs: TURN_MS },
  );
  const over = new AbortController();
  const looking = callSupervisor(
    { driver, containerId: agentId, timeoutMs: TURN_MS + 10_000, signal: AbortSignal.any([signal, over.signal]) },
    'observe',
    { marker, timeoutMs: TURN_MS },
  ).catch((error: unknown) => {
    if (over.signal.aborted && !signal.aborted) return { seen: [] as SeenProcess[] };
    throw error;
  });
  const turn = {
    turns: [{ role: 'user' as const, content: `Self-test ${marker}: run the command that you are told.` }],
    token,
    ingressUrl: `http://127.0.0.1:${record.ingressPort}`,
  };
  try {
    const said = agent.chat(turn, signal).then(
      (answer) => answer.text,
      (error: unknown) => {
        input.signal.throwIfAborted();
        return error instanceof Error ? error.message : String(error);
      },
    );
    // Who answered without a command that was seen has run none.
    const first = await Promise.race([looking, said.then(() => undefined)]);
    const seen = first ?? (await Promise.race([looking, input.services.clock.sleep(1_000).then(() => ({ seen: [] }))]));
    return judgeTools(record.agent.isolation, seen.seen, seen.seen.length > 0 ? '' : await said);
  } catch (error) {
    if (!late.aborted || input.signal.aborted) throw error;
    return { result: 'unseen', summary: `the self-test turn took longer than ${TURN_MS / 1000} s` };
  } finally {
    over.abort();
    looking.catch(() => {});
  }
};

/** Writes the verdict into the record; TOOLS_NOT_ISOLATED when it contradicts what is declared. */
export const recordTools = (record: SandboxRecord, verdict: ToolsVerdict, at: string): void => {
  switch (verdict.result) {
    case 'proved':
      record.agent.isolationProof = 'proved';
      record.proofs.tools = { at, summary: verdict.summary, uid: verdict.uid };
      return;
    case 'unseen':
      return;
    case 'wrong':
      record.agent.isolationProof = 'declared';
      delete record.proofs.tools;
      throw codedError('TOOLS_NOT_ISOLATED', {
        message: `Tool isolation is not what it should be: ${verdict.summary}.`,
      });
  }
};
