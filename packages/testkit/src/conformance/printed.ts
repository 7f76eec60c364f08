import { expect, vi } from 'vitest';

const ON_CONSOLE = ['log', 'info', 'debug', 'table', 'dir'] as const;

/** Fails when the work writes to stdout; by way of the console too, which a test runner takes for itself. */
export const expectQuiet = async (work: () => unknown): Promise<void> => {
  const said: string[] = [];
  const note = (...words: unknown[]): boolean => {
    said.push(words.map(String).join(' '));
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(note as typeof process.stdout.write),
    ...ON_CONSOLE.map((method) => vi.spyOn(console, method).mockImplementation(note)),
  ];
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  expect(said, 'it writes to stdout, which belongs to results').toEqual([]);
};
