import type { Nemoclaw } from '@nemoclaw/core';
import { table } from './table.ts';

export type AgentList = Awaited<ReturnType<Nemoclaw['agents']>>;

const MIB = 1024 * 1024;

export function renderAgents(agents: AgentList): string {
  if (agents.length === 0) return 'No agent plugin is there. `plugins doctor` says why.\n';
  const rows = agents.map((agent) => [
    agent.id,
    agent.version,
    `${Math.round(agent.memoryBytes / MIB)} MiB`,
    agent.profiles.map((profile) => `${profile.id} (${profile.promptTokens} tokens)`).join(', '),
    agent.isolation
      .map(({ mode, memoryBytes }) => (memoryBytes === 0 ? mode : `${mode} (+${Math.round(memoryBytes / MIB)} MiB)`))
      .join(', '),
    agent.plugin,
  ]);
  return `${table(['AGENT', 'VERSION', 'MEMORY', 'PROFILES', 'TOOLS', 'PLUGIN'], rows)}\n`;
}
