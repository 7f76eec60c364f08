import type { SandboxEvent } from '@nemoclaw/core';
import { ago } from './age.ts';

/** In one line; without what drives a terminal it comes from the core already, whose code the bin does without. */
export const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** One event as one line: what, how often, when last. */
export function eventLine(event: SandboxEvent, now: Date): string {
  const times = event.count === 1 ? '' : `, ${event.count} times`;
  const over = event.active ? '' : ', over';
  return `${event.level} ${event.reason}: ${flat(event.message)} (${ago(event.lastAt, now)}${times}${over})`;
}

/** All of them, each with the containers that it is about and the labels that these carry. */
export function renderEvents(name: string, events: readonly SandboxEvent[], now: Date): string {
  if (events.length === 0) return `Nothing out of the ordinary was seen of ${name}.\n`;
  const lines = events.flatMap((event) => [
    eventLine(event, now),
    ...event.containers.flatMap((container) => [
      `  ${flat(container.name)} ${container.id.slice(0, 12)}`,
      ...Object.entries(container.labels).map(([key, value]) => `    ${flat(key)}=${flat(value)}`),
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}
