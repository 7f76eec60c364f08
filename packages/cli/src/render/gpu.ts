import type { GpuExplanation, GpuSetResult } from '@nemoclaw/core';
import { oneLine } from '@nemoclaw/core/text';
import type { GpuBid, GpuProof } from '@nemoclaw/plugin-api';
import { ago } from './age.ts';

interface Routing {
  bids: readonly GpuBid[];
  chosen: string | null;
  reason: string;
}

const bidLines = (bid: GpuBid, chosen: string | null): string[] => [
  `${bid.strategy === chosen ? '*' : ' '} ${bid.strategy}: ${bid.applicable ? 'applies' : 'does not apply'}, ${oneLine(bid.reason)}`,
  ...bid.evidence.map((line) => `      ${oneLine(line)}`),
  ...bid.warnings.map((line) => `      warning: ${oneLine(line)}`),
];

const chosenLine = ({ chosen, reason }: Routing): string => `chosen: ${chosen ?? 'none'}, ${oneLine(reason)}`;

export function renderGpuList(result: Routing): string {
  return `${[...result.bids.flatMap((bid) => bidLines(bid, result.chosen)), chosenLine(result)].join('\n')}\n`;
}

export function renderGpuProof(proof: GpuProof): string {
  const checks = proof.checks.map(({ as, name, outcome, detail }) => `  ${as} ${name}: ${outcome}, ${oneLine(detail)}`);
  return `${[`gpu: ${proof.result}, ${oneLine(proof.summary)}`, ...checks].join('\n')}\n`;
}

export function renderGpuSet(name: string, result: GpuSetResult): string {
  const { strategy, reason } = result.record.gpu;
  const now = strategy === null ? 'no GPU' : `a GPU by ${strategy} (${oneLine(reason)})`;
  if (!result.changed) return `${name} has ${now} already; nothing was touched.\n`;
  const proof = result.record.proofs.gpu;
  const warnings = result.warnings.map((warning) => `warning: ${oneLine(warning)}`);
  return `${[`${name} has ${now} now; before: ${result.before ?? 'none'}.`, ...warnings].join('\n')}\n${proof ? renderGpuProof(proof) : ''}`;
}

export function renderGpuExplanation(result: GpuExplanation, now: Date): string {
  const strategies = result.bids.flatMap((bid) => {
    const about = result.strategies.find(({ id }) => id === bid.strategy);
    return [
      ...bidLines(bid, result.chosen),
      ...(about ? [`      ${oneLine(about.title)}`, `      ${oneLine(about.text, 2000)}`] : []),
      '',
    ];
  });
  const { sandbox } = result;
  const mine = sandbox
    ? [
        `${sandbox.name}: ${sandbox.gpu.strategy ?? 'none'}${sandbox.candidate === null ? '' : ` (${sandbox.candidate})`}, ${oneLine(sandbox.gpu.reason)}`,
        ...(sandbox.proof
          ? [`  ${sandbox.proof.result} ${ago(sandbox.proof.at, now)}: ${oneLine(sandbox.proof.summary)}`]
          : []),
      ]
    : [];
  return `${[...strategies, chosenLine(result), ...mine].join('\n')}\n`;
}
