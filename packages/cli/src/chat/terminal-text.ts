import { stripControl } from '@nemoclaw/core/text';

interface Sink {
  isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Prints an answer as its pieces come. A model's text must not steer a terminal, so there control characters go; in a
 * pipe the text is left as it came.
 */
export function terminalText(sink: Sink): { write(text: string): void; end(whole: string): void } {
  const clean = sink.isTTY ? stripControl : (text: string) => text;
  let last = '';
  const write = (text: string): void => {
    if (text === '') return;
    last = text;
    sink.write(clean(text));
  };
  return {
    write,
    /** `whole` is printed when nothing was streamed. */
    end: (whole) => {
      if (last === '') write(whole);
      if (!last.endsWith('\n')) sink.write('\n');
    },
  };
}
