import type { SandboxRecord, StatusResult } from '@nemoclaw/core';
import { ago, duration } from './age.ts';
import { eventLine, flat } from './events.ts';
import { noSandbox } from './list.ts';
import { facts } from './table.ts';

/** All sandboxes, a blank line between. */
export function renderStatuses(statuses: readonly StatusResult[], bin: string, now: Date): string {
  if (statuses.length === 0) return noSandbox(bin);
  return statuses.map((status) => renderStatus(status, now)).join('\n');
}

type Row = readonly [label: string, value: string];

/** What is recorded about one sandbox, each proof with its age, and, with `--live`, what is true now. */
export function renderStatus(status: StatusResult, now: Date): string {
  const rows = [
    ...recordRows(status.record, now, status.condition),
    ...pendingRows(status, now),
    ...eventRows(status, now),
    ...liveRows(status),
  ];
  return `${facts(rows)}\n`;
}

function recordRows(record: SandboxRecord, now: Date, condition: StatusResult['condition']): Row[] {
  const { agent, provider, proofs } = record;
  return [
    ['sandbox', `${record.name} (${record.sandboxId})`],
    ...(condition === undefined
      ? []
      : [['status', `${condition.status}, seen ${ago(condition.at, now)}: ${flat(condition.reason)}`] as const]),
    [
      'phase',
      `${condition === undefined ? record.phase : `not ready (was ${record.phase})`}, created ${ago(record.createdAt, now)}`,
    ],
    ['agent', `${agent.id} ${agent.version} (${agent.plugin}), profile ${agent.profile}`],
    ['tools', `${agent.isolation}${chosen(agent.isolationReason)}: ${agent.isolationProof}${toolsProof(record, now)}`],
    [
      'model',
      `${provider.model} at ${provider.id} (${provider.endpoint}), ${provider.contextTokens} tokens of context`,
    ],
    ['ingress', `http://127.0.0.1:${record.ingressPort}, ${proofLine(proofs.ingress, now)}`],
    ['gateway', proofLine(proofs.gateway, now)],
    ['inference', proofLine(proofs.inference, now)],
    ['chat', proofLine(proofs.chat, now)],
    ...(proofs.bridge === undefined ? [] : [['bridge', proofLine(proofs.bridge, now)] as const]),
    ['gpu', gpuLine(record, now)],
    ['certificate', certificateLine(record, now)],
    ...record.warnings.map((warning) => ['warning', warning] as const),
  ];
}

function proofLine(proof: { at: string; summary: string } | undefined, now: Date): string {
  return proof === undefined ? 'not proved' : `${proof.summary} ${ago(proof.at, now)}`;
}

function certificateLine({ certificateNotAfter: until, name }: SandboxRecord, now: Date): string {
  const left = Date.parse(until) - now.getTime();
  if (left <= 0) return `ended ${ago(until, now)}: \`${name} recover\` or \`${name} gateway restart\` renews it`;
  return `valid until ${until}, ${duration(left)} left`;
}

/** Why it is that mode, where the user has not said so. */
const chosen = (reason: string | undefined): string =>
  reason === undefined || reason === 'as named' ? '' : `, ${reason}`;

function toolsProof({ agent, proofs }: SandboxRecord, now: Date): string {
  if (agent.isolationProof !== 'proved' || proofs.tools === undefined) return '';
  return ` (${proofs.tools.summary}) ${ago(proofs.tools.at, now)}`;
}

function gpuLine(record: SandboxRecord, now: Date): string {
  const { gpu } = record;
  if (gpu.strategy === null) return `none: ${gpu.reason}`;
  const proof = record.proofs.gpu;
  if (proof === undefined) return `${gpu.strategy}: not proved`;
  return `${gpu.strategy}: ${proof.result} (${proof.summary}) ${ago(proof.at, now)}`;
}

function pendingRows(status: StatusResult, now: Date): Row[] {
  const { pending, record } = status;
  if (pending === undefined) return [];
  const what = `${pending.operation} stopped at step ${pending.step}, started ${ago(pending.startedAt, now)}`;
  return [['pending', `${what}; \`${record.name} recover\` finishes or undoes it`]];
}

function modelNow(now: NonNullable<NonNullable<StatusResult['live']>['model']>, { provider }: SandboxRecord): string {
  if ('unknown' in now) return `not known: ${now.unknown}`;
  const before =
    now.contextTokens === provider.contextTokens ? '' : `, ${provider.contextTokens} when it was onboarded`;
  return `${now.contextTokens} tokens of context${before}; the agent needs ${now.neededTokens}`;
}

/** The one that decides the status stands there already. */
function eventRows({ events = [], condition }: StatusResult, now: Date): Row[] {
  return events
    .filter(({ reason }) => reason !== condition?.status)
    .map((event) => ['event', eventLine(event, now)] as const);
}

function liveRows(status: StatusResult): Row[] {
  const { live } = status;
  if (live === undefined) return [];
  const rows: Row[] = [
    ['live', live.verdict === 'ready' ? 'ready' : 'not ready'],
    ['  agent', live.agent.state],
    ['  relay', live.relay.state],
    ...(live.model === undefined ? [] : [['  model', modelNow(live.model, status.record)] as const]),
  ];
  if (live.supervisor !== undefined) {
    const { state, reason, restarts, healthyMsAgo } = live.supervisor;
    const healthy = healthyMsAgo === undefined ? 'never seen healthy' : `healthy ${duration(healthyMsAgo)} ago`;
    rows.push(['  gateway', `${state} (${reason}), ${healthy}, ${restarts} restarts`]);
  }
  const tools = live.supervisor?.tools;
  if (tools !== undefined) rows.push(['  tools', `${tools.state} (${tools.reason}), ${tools.restarts} restarts`]);
  return [...rows, ...live.reasons.map((reason) => ['  because', reason] as const)];
}
