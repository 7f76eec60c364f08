import type { Nemoclaw } from '@nemoclaw/core';
import { table } from './table.ts';

export type AgentList = Awaited<ReturnType<Nemoclaw['agents']>>;

const MIB = 1024 * 1024;

type Mode = AgentList[number]['isolation'][number];

/** The first is what `auto` takes where the memory is there. */
const inWords = ({ mode, memoryBytes }: Mode, index: number, all: readonly Mode[]): string => {
  const notes = [
    ...(memoryBytes === 0 ? [] : [`+${Math.round(memoryBytes / MIB)} MiB`]),
    ...(index === 0 && all.length > 1 ? ['default'] : []),
  ];
  return notes.length === 0 ? mode : `${mode} (${notes.join(', ')})`;
};

export function renderAgents(agents: AgentList): string {
  if (agents.length === 0) return 'No agent plugin is there. `plugins doctor` says why.\n';
  const rows = agents.map((agent) => [
    agent.id,
    agent.version,
    `${Math.round(agent.memoryBytes / MIB)} MiB`,
    agent.profiles.map((profile) => `${profile.id} (${profile.promptTokens} tokens)`).join(', '),
    agent.isolation.map(inWords).join(', '),
    agent.plugin,
  ]);
  return `${table(['AGENT', 'VERSION', 'MEMORY', 'PROFILES', 'TOOLS', 'PLUGIN'], rows)}\n`;
}
