import { createInterface } from 'node:readline/promises';
import { isCodedError } from '@nemoclaw/plugin-api';
import { terminalText } from './terminal-text.ts';

export interface Turn {
  role: 'user' | 'assistant' | 'system';
  content: string;
}

interface Terminal {
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WriteStream;
  /** Of the whole command: SIGTERM, or SIGINT from elsewhere. */
  signal: AbortSignal;
}

type Ask = (turns: Turn[], onText: (text: string) => void, signal: AbortSignal) => Promise<{ text: string }>;

const HOW_TO_END = 'An empty line or Ctrl+D ends the conversation; Ctrl+C stops an answer.\n';

/**
 * Asks and answers until the user sends an empty line, Ctrl+D, or Ctrl+C where nothing is being answered. An answer
 * that fails or is stopped is left out of what the agent is told later; the conversation goes on.
 */
export async function converse(terminal: Terminal, ask: Ask): Promise<void> {
  const { stdin, stdout, signal } = terminal;
  const lines = createInterface({ input: stdin, output: stdout });
  let answering: AbortController | undefined;
  // The terminal is in raw mode, where Ctrl+C is a key and no signal.
  lines.on('SIGINT', () => (answering ? answering.abort() : lines.close()));
  const close = (): void => lines.close();
  signal.addEventListener('abort', close, { once: true });
  const turns: Turn[] = [];
  stdout.write(HOW_TO_END);
  lines.setPrompt('> ');
  lines.prompt();
  try {
    for await (const line of lines) {
      const content = line.trim();
      if (content === '' || signal.aborted) break;
      const asked: Turn[] = [...turns, { role: 'user', content }];
      answering = new AbortController();
      const text = await oneAnswer(stdout, ask, asked, AbortSignal.any([signal, answering.signal])).finally(() => {
        answering = undefined;
      });
      signal.throwIfAborted();
      if (text !== undefined) turns.push(...asked.slice(-1), { role: 'assistant', content: text });
      lines.prompt();
    }
  } finally {
    signal.removeEventListener('abort', close);
    lines.close();
  }
  signal.throwIfAborted();
  // Where the prompt stands nobody has ended the line yet.
  stdout.write('\n');
}

/** Its text, printed as it comes; nothing when it was stopped or the agent could not answer this one. */
const oneAnswer = async (
  stdout: NodeJS.WriteStream,
  ask: Ask,
  turns: Turn[],
  signal: AbortSignal,
): Promise<string | undefined> => {
  const print = terminalText(stdout);
  try {
    const { text } = await ask(turns, print.write, signal);
    print.end(text);
    return text;
  } catch (error) {
    if (signal.aborted) {
      stdout.write('\n(stopped)\n');
      return undefined;
    }
    if (!isCodedError(error) || error.code !== 'CHAT_FAILED') throw error;
    stdout.write(`\n(${error.message})\n`);
    return undefined;
  }
};
