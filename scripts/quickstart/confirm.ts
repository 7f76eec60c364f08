import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Asks a person on a terminal; where nobody can answer, the word of warning before it has to do. */
export const confirm = async (question: string): Promise<boolean> => {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl+C and Ctrl+D close it without an answer.
  const closed = once(lines, 'close').then(() => undefined);
  const answered = new Promise<string>((resolve) => lines.question(`${question} [Y/n] `, resolve));
  const answer = await Promise.race([answered, closed]);
  lines.close();
  if (answer === undefined) process.stderr.write('\n');
  return answer !== undefined && /^(y|yes|)$/i.test(answer.trim());
};
