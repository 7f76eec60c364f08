import { CodedError, type ProbeResult, type ProbeStatus } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { runPostReady } from '../../hooks/runner.ts';
import { hostEndpointOf } from '../host-endpoint.ts';
import { pingIngress } from '../ingress.ts';
import { probeContext, runInAgent } from '../probe-context.ts';
import { runProbes } from '../probes.ts';
import { SECRETS } from '../secrets.ts';
import { hookOptions } from '../services.ts';
import { proveTools, recordTools } from '../tools-proof.ts';
import { addWarning, asJson, type OnboardData, recordOf, requestedOf, resultsOf } from './data.ts';
import { planRecord } from './plan.ts';
import { egressOf, type OnboardStep, type OnboardTools, secretOf } from './tools.ts';

const WORST_FIRST: ProbeStatus[] = ['fail', 'skipped', 'warn', 'ok'];

/** Pure: of several probes of one moment, the one that the proof may claim least by. */
export const leastProof = (results: ProbeResult[]): ProbeResult | undefined =>
  results.toSorted((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status))[0];

/** Which proof a probe stands for is its moment, not its name. */
const remember = (data: OnboardData, proof: 'bridge' | 'inference', results: ProbeResult[], at: string): void => {
  data.results = [...data.results, ...results.map(asJson)];
  const worst = leastProof(results);
  if (worst) recordOf(data).proofs[proof] = { at, summary: worst.summary, probe: worst };
  for (const result of results) if (result.status === 'warn') addWarning(data, result.summary);
};

/** An error that carries the probe's own words and remedy; the first failure decides. */
const probeError = (result: ProbeResult) =>
  new CodedError(result.errorCode ?? 'PROBE_FAILED', {
    message: result.summary,
    ...(result.remedy.length > 0 ? { hint: result.remedy.join('\n') } : {}),
    details: { probe: result.probe, code: result.code, layer: result.layer, evidence: result.evidence },
  });

/** Before anything of the sandbox exists: can a relay reach what it will need on this host? */
export const preflightProbesStep = (tools: OnboardTools): OnboardStep => ({
  id: 'probes-preflight',
  title: 'Prove that the sandbox network reaches the provider',
  async run({ data, signal, note, skip }) {
    const endpoint = hostEndpointOf(recordOf(data).provider);
    const context = await probeContext({
      services: tools.services,
      driver: tools.driver,
      homeId: tools.homeId,
      egress: egressOf(tools, data),
      helperImage: data.helperImage,
      hostEndpoints: endpoint ? [endpoint] : [],
      sandbox: { id: data.sandboxId, name: data.name },
    });
    const results = await runProbes(tools.services, 'preflight', context, signal);
    if (results.length === 0) return skip('no probe applies');
    remember(data, 'bridge', results, tools.services.clock.now().toISOString());
    const failed = results.find((result) => result.status === 'fail');
    if (failed) throw probeError(failed);
    note(results.map((result) => result.summary).join('; '));
  },
});

/** The gate: a 2xx from inference.local out of the agent's own namespace and uid. A skipped probe does not pass it. */
export const inferenceStep = (tools: OnboardTools): OnboardStep => ({
  id: 'inference',
  title: 'Prove inference.local from where the agent runs',
  async run({ data, signal, note }) {
    const context = await probeContext({
      services: tools.services,
      driver: tools.driver,
      homeId: tools.homeId,
      hostEndpoints: [],
      sandbox: { id: data.sandboxId, name: data.name, containerId: data.agentId },
    });
    const results = await runProbes(tools.services, 'post-ready', context, signal);
    remember(data, 'inference', results, tools.services.clock.now().toISOString());
    const failed = results.find((result) => result.status === 'fail' || result.status === 'skipped');
    if (failed) throw probeError(failed);
    if (!results.some((result) => result.status === 'ok'))
      throw codedError('INFERENCE_UNREACHABLE', {
        message: `No installed probe proves inference from inside the sandbox${results.map(({ summary }) => `; ${summary}`).join('')}.`,
      });
    note(results.map((result) => result.summary).join('; '));
  },
});

export const gpuStep = (tools: OnboardTools): OnboardStep => ({
  id: 'gpu',
  title: 'Prove the GPU from inside',
  async run({ data, signal, note, skip }) {
    const { gpu, proofs } = recordOf(data);
    if (gpu.strategy === null) return skip(gpu.reason);
    const strategy = (await tools.services.gpuStrategies()).find((candidate) => candidate.id === gpu.strategy);
    if (!strategy)
      throw codedError('GPU_UNKNOWN', { message: `The GPU strategy ${gpu.strategy} is not installed any more.` });
    const { clock, redactor } = tools.services;
    const run = runInAgent(tools.driver, data.agentId);
    const proof = redactor.redactJson(
      await strategy.prove({ requested: requestedOf(data), run, now: clock.now }, signal),
    );
    proofs.gpu = proof;
    if (proof.result === 'failed')
      throw codedError('GPU_PROOF_FAILED', {
        message: proof.summary,
        hint: proof.remedy.join('\n'),
        details: asJson(proof),
      });
    if (proof.result === 'injected') addWarning(data, `The GPU is injected, not proved: ${proof.summary}.`);
    note(proof.summary);
  },
});

export const ingressStep = (tools: OnboardTools): OnboardStep => ({
  id: 'ingress',
  title: 'Reach the agent through ingress',
  async run({ data, signal, note }) {
    const answer = await pingIngress({
      port: recordOf(data).ingressPort,
      ping: tools.agent.ping,
      clock: tools.services.clock,
      signal,
    });
    const summary = `answered ${answer.status} in ${Math.round(answer.elapsedMs)} ms`;
    recordOf(data).proofs.ingress = { at: tools.services.clock.now().toISOString(), summary };
    note(`${answer.url} ${summary}`);
  },
});

/** As whom the agent's own command tool runs; without a look at it, that stays what is declared. */
export const toolsStep = (tools: OnboardTools): OnboardStep => ({
  id: 'tools',
  title: 'Prove as whom the agent’s tools run',
  async run({ data, signal, note, skip }) {
    if (!data.smoke) return skip('not asked for');
    const record = recordOf(data);
    const { services, driver, agent } = tools;
    const token = await secretOf(tools, data, SECRETS.token);
    const { agentId, relayId } = data;
    const verdict = await proveTools({ services, driver, agent, record, agentId, relayId, token, signal });
    recordTools(record, verdict, services.clock.now().toISOString());
    if (verdict.result === 'unseen') addWarning(data, `Tool isolation is not proved: ${verdict.summary}.`);
    note(verdict.summary);
  },
});

const SMOKE_MS = 300_000;

export const smokeStep = (tools: OnboardTools): OnboardStep => ({
  id: 'smoke',
  title: 'Ask the agent one real question',
  async run({ data, signal, note, skip }) {
    if (!data.smoke) return skip('--no-smoke');
    const { clock } = tools.services;
    const record = recordOf(data);
    const begin = clock.elapsed();
    const late = AbortSignal.timeout(SMOKE_MS);
    const question = {
      turns: [{ role: 'user' as const, content: 'What is the capital of France? Answer in one short sentence.' }],
      token: await secretOf(tools, data, SECRETS.token),
      ingressUrl: `http://127.0.0.1:${record.ingressPort}`,
    };
    const answer = await tools.agent.chat(question, AbortSignal.any([signal, late])).catch((cause: unknown) => {
      if (!late.aborted || signal.aborted) throw cause;
      const message = `The agent did not answer the first question within ${SMOKE_MS / 1000} s.`;
      throw codedError('CHAT_FAILED', { message, cause });
    });
    if (answer.text.trim() === '')
      throw codedError('CHAT_FAILED', { message: 'The agent answered the first question with nothing at all.' });
    const elapsedMs = Math.round(clock.elapsed() - begin);
    data.answer = answer.text.trim();
    record.proofs.chat = {
      at: clock.now().toISOString(),
      summary: `one answer of ${data.answer.length} characters`,
      elapsedMs,
    };
    note(`answered in ${(elapsedMs / 1000).toFixed(1)} s`);
  },
});

export const postReadyStep = (tools: OnboardTools): OnboardStep => ({
  id: 'post-ready',
  title: 'Ask the plugins whether it is ready',
  async run({ data, signal, note, skip }) {
    const { services } = tools;
    const hooks = await (await services.registry()).hooks('post-ready');
    if (hooks.length === 0) return skip('no plugin asked to be heard');
    const { findings } = await runPostReady(
      hooks,
      {
        sandbox: { id: data.sandboxId, name: data.name },
        operation: data.operationId,
        agent: recordOf(data).agent.id,
        containerId: data.agentId,
        results: resultsOf(data),
      },
      hookOptions(services, signal),
    );
    for (const finding of findings) if (finding.level === 'warn') addWarning(data, finding.summary);
    note(`${findings.length} findings`);
  },
});

/** From here on the sandbox exists: what was proved goes into its record. */
export const commitStep = (tools: OnboardTools): OnboardStep => ({
  id: 'commit',
  title: 'Commit',
  commit: true,
  async run({ data }) {
    const record = recordOf(data);
    record.phase = 'ready';
    const plan = planRecord(data);
    if (plan) await tools.services.store.writePlan(plan);
    await tools.services.store.writeRecord(record);
  },
});
