import {
  ALIASES,
  type JsonObject,
  PATHS,
  type ProbeContext,
  type ProbeResult,
  type RunInAgent,
  untilAborted,
} from '@nemoclaw/plugin-api';
import { type Attempt, judgeAttempt } from './judge-attempt.ts';
import { statusOf } from './outcome.ts';
import { remedyFor } from './remedies.ts';
import { REQUEST_PROGRAM, type RequestOrder } from './request-program.ts';
import { type Settings, settings } from './settings.ts';

export const PROBE_ID = 'inference-local';
export const MODELS_URL = `https://${ALIASES.inference}/v1/models`;
const MAX_BODY_BYTES = 64 * 1024;
/** Start of Node on a busy host, on top of the program's own bound. */
const START_ALLOWANCE_MS = 5_000;

export const applies = (context: ProbeContext): true | string =>
  context.runInAgent ? true : 'there is no running sandbox to ask from';

export async function run(context: ProbeContext, signal: AbortSignal): Promise<ProbeResult> {
  signal.throwIfAborted();
  const began = context.elapsed();
  const attempts = await untilAborted(attemptAll(context, signal), signal);
  const last = attempts.at(-1)!;
  return {
    probe: PROBE_ID,
    status: statusOf(last.code),
    code: last.code,
    layer: last.layer,
    ...(statusOf(last.code) === 'ok' ? {} : { errorCode: 'INFERENCE_UNREACHABLE' }),
    summary: `${MODELS_URL} from the agent's network namespace: ${last.detail}`,
    remedy: remedyFor(last.code, last.layer, context.sandbox?.name ?? '<name>'),
    evidence: { url: MODELS_URL, attempts: attempts.map(evidenceOf) },
    elapsedMs: Math.max(0, context.elapsed() - began),
  };
}

async function attemptAll(context: ProbeContext, signal: AbortSignal): Promise<Attempt[]> {
  const bounds = settings(context.env);
  const attempts: Attempt[] = [];
  for (;;) {
    const attempt = await attemptOnce(context.runInAgent, bounds, signal);
    attempts.push(attempt);
    if (!attempt.retry || attempts.length >= bounds.attempts) return attempts;
    await context.sleep(bounds.intervalMs, signal);
    signal.throwIfAborted();
  }
}

async function attemptOnce(
  runInAgent: RunInAgent | undefined,
  { connectMs, totalMs }: Settings,
  signal: AbortSignal,
): Promise<Attempt> {
  if (!runInAgent) return judgeAttempt({ outcome: 'not_run', reason: 'no_sandbox', message: 'no running sandbox' });
  const order: RequestOrder = {
    url: MODELS_URL,
    ca: PATHS.sandboxCa,
    connectMs,
    totalMs,
    maxBodyBytes: MAX_BODY_BYTES,
  };
  try {
    return judgeAttempt(
      await runInAgent(
        {
          as: 'gateway',
          argv: [PATHS.node, '-e', REQUEST_PROGRAM, '--', JSON.stringify(order)],
          timeoutMs: totalMs + START_ALLOWANCE_MS,
        },
        signal,
      ),
    );
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return judgeAttempt({ outcome: 'not_run', reason: 'error', message });
  }
}

const evidenceOf = ({ code, layer, detail, netns, gatewayNetns, status, models }: Attempt): JsonObject => ({
  code,
  layer,
  detail,
  ...(netns === undefined ? {} : { netns }),
  ...(gatewayNetns === undefined ? {} : { gatewayNetns }),
  ...(status === undefined ? {} : { status }),
  ...(models === undefined ? {} : { models }),
});
