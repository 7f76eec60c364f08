import { createInterface } from 'node:readline/promises';
import { terminalText } from './terminal-text.ts';

export interface Turn {
  role: 'user' | 'assistant' | 'system';
  content: string;
}

interface Terminal {
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WriteStream;
  signal: AbortSignal;
}

type Ask = (turns: Turn[], onText: (text: string) => void) => Promise<{ text: string }>;

/** Asks and answers until the user sends an empty line or ends the input. */
export async function converse(terminal: Terminal, ask: Ask): Promise<void> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stdout });
  // readline takes Ctrl+C for itself while it waits.
  lines.on('SIGINT', () => lines.close());
  const turns: Turn[] = [];
  terminal.stdout.write('An empty line ends the conversation.\n');
  lines.setPrompt('> ');
  lines.prompt();
  for await (const line of lines) {
    const content = line.trim();
    if (content === '' || terminal.signal.aborted) break;
    turns.push({ role: 'user', content });
    const print = terminalText(terminal.stdout);
    const answer = await ask(turns, print.write);
    print.end(answer.text);
    turns.push({ role: 'assistant', content: answer.text });
    lines.prompt();
  }
  lines.close();
}
