import { describe, expect, it } from 'vitest';
import { progressLines, withoutControls } from './progress.ts';
import { labelStages } from './stages.ts';

const lines = (events: Record<string, unknown>[]): string[] => {
  const seen: string[] = [];
  const progress = progressLines((line) => seen.push(line));
  for (const event of events) progress.take(event);
  progress.end();
  return seen;
};

describe('progressLines', () => {
  it('joins pieces into lines and drops empty ones', () => {
    expect(lines([{ stream: 'Step 1' }, { stream: '/2\n\n' }, { stream: 'tail' }])).toEqual(['Step 1/2', 'tail']);
  });

  it('takes control characters and escape sequences away', () => {
    expect(lines([{ stream: '\u001b[31mred\u001b[0m\u0007 \u001b]0;title\u0007end\u009b\n' }])).toEqual(['red end']);
  });

  it('shows the last state of a redrawn line', () => {
    expect(lines([{ stream: '10%\r50%\r100%\n' }])).toEqual(['100%']);
  });

  it('leaves a layer’s numbers out and its changes of state in', () => {
    const events = [
      { status: 'Pulling from library/x', id: 'latest' },
      { status: 'Downloading', progressDetail: { current: 1, total: 2 }, id: 'abc' },
      { status: 'Pull complete', progressDetail: {}, id: 'abc' },
    ];
    expect(lines(events)).toEqual(['Pulling from library/x', 'abc: Pull complete']);
  });
});

describe('withoutControls', () => {
  it('keeps ordinary text of any script', () => {
    expect(withoutControls('naïve 漢字 → ok')).toBe('naïve 漢字 → ok');
  });
});

describe('labelStages', () => {
  const labels = { 'a.b': 'x "y" $Z' };
  const line = 'LABEL "a.b"="x \\"y\\" \\$Z"';

  it('labels the end of every stage but the last', () => {
    expect(labelStages('FROM a AS one\nRUN x\nFROM b\nRUN y', labels)).toBe(
      `FROM a AS one\nRUN x\n${line}\nFROM b\nRUN y`,
    );
  });

  it('leaves a file of one stage, ARG before FROM included, alone', () => {
    const dockerfile = 'ARG V=1\nFROM a:$V\nRUN x';
    expect(labelStages(dockerfile, labels)).toBe(dockerfile);
  });

  it('takes a continued line that starts with FROM for no stage', () => {
    const dockerfile = 'FROM a\nRUN echo \\\n# comment\nFROM \\\n done';
    expect(labelStages(dockerfile, labels)).toBe(dockerfile);
  });
});
