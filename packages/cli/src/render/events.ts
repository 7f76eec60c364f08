import type { SandboxEvent } from '@nemoclaw/core';
import { oneLine } from '@nemoclaw/core/text';
import { ago } from './age.ts';

/** One event as one line: what, how often, when last. */
export function eventLine(event: SandboxEvent, now: Date): string {
  const times = event.count === 1 ? '' : `, ${event.count} times`;
  const over = event.active ? '' : ', over';
  return `${event.level} ${event.reason}: ${oneLine(event.message)} (${ago(event.lastAt, now)}${times}${over})`;
}

/** All of them, each with the containers that it is about and the labels that these carry. */
export function renderEvents(name: string, events: readonly SandboxEvent[], now: Date): string {
  if (events.length === 0) return `Nothing out of the ordinary was seen of ${name}.\n`;
  const lines = events.flatMap((event) => [
    eventLine(event, now),
    ...event.containers.flatMap((container) => [
      `  ${oneLine(container.name)} ${container.id.slice(0, 12)}`,
      ...Object.entries(container.labels).map(([key, value]) => `    ${oneLine(key)}=${oneLine(value)}`),
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}
