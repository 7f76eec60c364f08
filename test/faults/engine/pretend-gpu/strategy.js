/** A strategy that fits every host and changes one variable: a replacement with all its steps, and no GPU in it. */
export default {
  kind: 'gpu',
  id: 'pretend',
  title: 'Pretended GPU',
  detect: () => ({
    strategy: 'pretend',
    applicable: true,
    priority: 0,
    reason: 'it fits everywhere',
    evidence: [],
    warnings: [],
    activation: 'replace',
  }),
  prepare: () => ({ env: { PRETENDED_GPU: '1' } }),
  candidates: () => [{ id: 'variable', title: 'a variable', patch: { env: { PRETENDED_GPU: '1' } } }],
  prove: async ({ requested, run, now }, signal) => {
    const seen = await run({ argv: ['/usr/bin/env'], as: 'gateway', timeoutMs: 10_000 }, signal);
    const there = seen.exitCode === 0;
    return {
      result: there ? 'proved' : 'failed',
      requested,
      at: now().toISOString(),
      summary: there ? 'pretended' : 'nothing ran',
      checks: [],
      evidence: {},
      remedy: [],
    };
  },
  explain: () => 'For tests of replacements.',
};
