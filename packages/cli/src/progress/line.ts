import type { ProgressEvent } from '@nemoclaw/core';
import { stripControl } from '@nemoclaw/core/text';
import { seconds } from '../render/age.ts';

/** One line for an event, or none where it says nothing new in a pipe. */
export function progressLine(event: ProgressEvent): string | undefined {
  switch (event.type) {
    case 'operation':
      return `${event.operation} ${event.sandbox}: ${event.steps.length} steps`;
    case 'step':
      return `${event.title}: ${STATE_WORDS[event.state]}${elapsed(event)}${event.note ? ` (${stripControl(event.note)})` : ''}`;
    case 'output':
      return stripControl(event.text)
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`)
        .join('\n');
    case 'note':
      return event.level === 'warn' ? `warning: ${stripControl(event.text)}` : stripControl(event.text);
  }
}

type StepEvent = Extract<ProgressEvent, { type: 'step' }>;

const STATE_WORDS: Record<StepEvent['state'], string> = {
  started: 'started',
  done: 'done',
  skipped: 'skipped',
  failed: 'FAILED',
  undoing: 'undoing',
  undone: 'undone',
  'undo-failed': 'UNDO FAILED',
};

function elapsed(event: StepEvent): string {
  return event.state === 'started' || event.state === 'undoing' ? '' : ` ${seconds(event.elapsedMs)}`;
}
