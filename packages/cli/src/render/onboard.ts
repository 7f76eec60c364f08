import type { OnboardPlan, OnboardResult } from '@nemoclaw/core';
import { stripControl } from '@nemoclaw/core/text';
import { seconds } from './age.ts';
import { facts } from './table.ts';

export function renderPlan(plan: OnboardPlan): string {
  const provenance = Object.entries(plan.provenance).map(
    ([field, plugin]) => [`  ${field}`, `set by ${plugin}`] as const,
  );
  return `${facts([
    ['sandbox', plan.sandbox],
    ['agent', `${plan.agent.id} ${plan.agent.version} (${plan.agent.plugin})`],
    ['provider', `${plan.provider.id} at ${plan.provider.endpoint}: ${plan.provider.why}`],
    ['model', `${plan.provider.model}, ${plan.provider.contextTokens} tokens of context`],
    ['profile', `${plan.profile.id}: ${plan.profile.why}`],
    ['tools', `${plan.isolation.mode}: ${plan.isolation.why}`],
    ['gpu', `${plan.gpu.chosen ?? 'none'}: ${plan.gpu.reason}`],
    ...plan.steps.map((step, index) => [`step ${index + 1}`, step.title] as const),
    ...provenance,
  ])}\n`;
}

/** What was made, what was proved, and how to talk to it. */
export function renderOnboard(result: OnboardResult, bin: string): string {
  const { record, plan } = result;
  if (record === undefined) return `Dry run: nothing was made.\n${renderPlan(plan)}`;
  const total = Object.values(result.timings).reduce((sum, ms) => sum + ms, 0);
  const proved = Object.entries(record.proofs).map(([what, proof]) => [what, proof.summary] as const);
  const lines = [
    `Sandbox ${record.name} is ready after ${seconds(total)}: ${plan.agent.id} ${plan.agent.version} with ${plan.provider.model}.`,
    ...(proved.length === 0 ? [] : [facts(proved.map(([what, summary]) => [`  ${what}`, summary] as const))]),
    ...(result.answer === undefined ? [] : [`  answer  ${stripControl(result.answer).trim()}`]),
    '',
    `Talk to it:  ${bin} ${record.name} chat "Hello"`,
    `See it:      ${bin} ${record.name} status --live`,
    `Over HTTP:   http://127.0.0.1:${record.ingressPort}`,
  ];
  return `${lines.join('\n')}\n`;
}
