import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { ProgressEvent } from '@nemoclaw/core';
import { expect, it } from 'vitest';
import { taskListRenderer } from './task-list.ts';

/** A terminal that remembers what was drawn on it. */
function terminal(): { stream: NodeJS.WriteStream; text(): string } {
  let drawn = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      drawn += String(chunk);
      done();
    },
  });
  Object.assign(stream, { isTTY: true, columns: 100, rows: 30 });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => stripVTControlCharacters(drawn) };
}

const operation: ProgressEvent = {
  type: 'operation',
  operation: 'onboard',
  sandbox: 'demo',
  steps: [
    { id: 'image', title: 'Image' },
    { id: 'network', title: 'Network' },
    { id: 'agent', title: 'Agent' },
  ],
};

const step = (id: string, state: Extract<ProgressEvent, { type: 'step' }>['state'], elapsedMs = 0): ProgressEvent => ({
  type: 'step',
  id,
  title: id,
  state,
  elapsedMs,
});

it('shows each step with its time', async () => {
  const { stream, text } = terminal();
  const { onProgress, close } = taskListRenderer(stream);
  for (const event of [operation, step('image', 'started'), step('image', 'done', 4600), step('network', 'skipped')]) {
    onProgress(event);
  }
  onProgress(step('agent', 'done', 200));
  await close();
  expect(text()).toMatch(/Image 4\.6s/);
  expect(text()).toMatch(/Network: skipped/);
  expect(text()).toMatch(/Agent 0\.2s/);
});

it('ends the list where it broke and prints the undoing below', async () => {
  const { stream, text } = terminal();
  const { onProgress, close } = taskListRenderer(stream);
  for (const event of [operation, step('image', 'done', 100), step('network', 'failed', 300)]) onProgress(event);
  onProgress(step('image', 'undoing'));
  onProgress(step('image', 'undone', 50));
  await close();
  const lines = text();
  expect(lines).toMatch(/Network failed after 0\.3s/);
  expect(lines.lastIndexOf('image: undone')).toBeGreaterThan(lines.lastIndexOf('Network failed'));
});

it('prints notes of no operation at once', () => {
  const { stream, text } = terminal();
  taskListRenderer(stream).onProgress({ type: 'note', level: 'warn', text: 'slow disk' });
  expect(text()).toBe('warning: slow disk\n');
});
