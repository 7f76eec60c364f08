import { describe, expect, it } from 'vitest';
import { spread } from './choose.ts';
import { startBench } from './sandbox.ts';
import { type Sweep, sweepPoints } from './sweep.ts';
import type { Agent } from './world.ts';

const AGENTS: Agent[] = ['openclaw', 'hermes'];
/** Of each operation so many crashes, from its first point to its last: a real agent takes seconds to boot. */
const SWEEPS: Sweep[] = [
  { operation: 'onboard', verb: 'onboard', start: 'none', choose: spread(5) },
  { operation: 'gpu set', verb: 'gpu set', start: 'healthy', choose: spread(7) },
  { operation: 'gateway restart', verb: 'gateway restart', start: 'healthy', execs: true, choose: spread(4) },
  { operation: 'recover', verb: 'recover', start: 'healthy', choose: spread(3) },
  { operation: 'destroy', verb: 'destroy', start: 'healthy', choose: spread(4) },
];

describe.for(AGENTS)('a crash here and there in every operation, with %s', (agent) => {
  it('converges', async ({ task }) => {
    const bench = await startBench(`real-${agent}`, agent);
    try {
      for (const sweep of SWEEPS) {
        const operation = `${sweep.operation} of ${agent}`;
        expect(await sweepPoints(bench, { ...sweep, operation }, task)).toEqual([]);
      }
    } finally {
      await bench.dispose();
    }
  });
});
