import { CodedError } from '../errors.ts';

const MAX_LINE = 300;

/** First line of an answer's body, without control characters; the message inside an OpenAI-style error where it is one. */
export function firstLine(body: string): string {
  const text = errorMessage(body) ?? body;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = (text.trim().split(/\r?\n/, 1)[0] ?? '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
}

function errorMessage(body: string): string | undefined {
  try {
    const parsed = JSON.parse(body) as { error?: { message?: unknown } | string };
    const message = typeof parsed.error === 'string' ? parsed.error : parsed.error?.message;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

/** The gateway answered, but not with what was asked for. */
export function refused(who: string, status: number, body: string): CodedError {
  const line = firstLine(body);
  return new CodedError('CHAT_FAILED', {
    message: `${who} answered ${status}${line ? `: ${line}` : ''}`,
    hint: HINTS[status] ?? 'Look at the agent with `nemoclaw <name> status` and `nemoclaw <name> logs`.',
    details: { status, body: line },
  });
}

const HINTS: Record<number, string> = {
  401: 'The token of this sandbox is not the one that its gateway runs with: `nemoclaw <name> gateway restart`.',
  503: 'The gateway is starting or draining; try again, or see `nemoclaw <name> gateway status`.',
};

/** The answer stopped half-way, or made no sense; the message says which. */
export class UnusableAnswer extends Error {}

export const broken = (who: string, why: string): CodedError =>
  new CodedError('CHAT_FAILED', {
    message: `${who}’s answer is not usable: ${why}`,
    hint: 'Look at the agent with `nemoclaw <name> logs`, and at the model with `nemoclaw doctor`.',
  });

export const unreachable = (ingressUrl: string, cause: unknown): CodedError => {
  const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
  return new CodedError('CHAT_FAILED', {
    message: `No answer from the sandbox at ${ingressUrl}: ${firstLine(why)}`,
    hint: 'See whether it runs with `nemoclaw <name> status`; `nemoclaw <name> recover` starts it.',
    cause,
  });
};
