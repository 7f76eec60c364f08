import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { makeWorld, ROOT } from '../integration/world/cli.ts';
import { onboardInput, openCore } from '../integration/world/core.ts';
import { recordOf } from '../integration/world/engine.ts';
import { isKept, startPulse } from '../integration/world/pulse.ts';

/**
 * What a restart costs whoever talks to the agent: the longest wait of a client that asks through ingress every 100 ms,
 * by stop and start, and inside the process where the agent can. Real agent, real engine; a scripted model, which nobody
 * asks. `--agent openclaw|hermes` (both), `--runs N` (3).
 */
const MODEL = 'scripted-1';
const PING = { openclaw: '/healthz', hermes: '/health' };
type Agent = keyof typeof PING;

const { values } = parseArgs({ options: { agent: { type: 'string' }, runs: { type: 'string', default: '3' } } });
const agents = values.agent === undefined ? (Object.keys(PING) as Agent[]) : [values.agent as Agent];

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

const measure = async (agent: Agent): Promise<void> => {
  const name = `bench-${agent}`;
  const world = makeWorld();
  const model = await startScriptedModel({
    models: [{ id: MODEL, context: 131_072 }],
    respond: () => text('hello'),
    host: '0.0.0.0',
  });
  const root = join(ROOT, 'plugins/agent-hermes');
  const nemoclaw = await openCore(world.home, { plugins: [{ name: '@nemoclaw/agent-hermes', root }] });
  try {
    await nemoclaw.onboard(onboardInput(name, model.baseUrl, MODEL, agent));
    const url = `http://127.0.0.1:${recordOf(world, name).ingressPort}${PING[agent]}`;
    for (const soft of agent === 'openclaw' ? [false, true] : [false]) {
      for (let run = 1; run <= Number(values.runs); run += 1) {
        const pulse = startPulse(url, 100, 60_000);
        const report = await nemoclaw.gatewayRestart(name, { soft });
        const answers = await pulse.stop();
        const longest = Math.max(...answers.map(({ elapsedMs }) => elapsedMs));
        const lost = answers.filter((answer) => !isKept(answer)).length;
        console.log(
          `${agent} ${report.method} #${run}: longest wait ${seconds(longest)} s, supervisor down ${seconds(report.stopMs + report.startMs)} s, ${lost} of ${answers.length} lost, load ${loadavg()[0]?.toFixed(1)}`,
        );
      }
    }
  } finally {
    await nemoclaw.destroy(name).catch(() => {});
    await nemoclaw.close();
    await model.close();
    await world.dispose();
  }
};

for (const agent of agents) await measure(agent);
