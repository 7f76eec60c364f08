import { CodedError, type ProbeResult } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { runPostReady } from '../../hooks/runner.ts';
import { pingIngress } from '../ingress.ts';
import { probeContext, runInAgent } from '../probe-context.ts';
import { runProbes } from '../probes.ts';
import { SECRETS } from '../secrets.ts';
import { hookOptions } from '../services.ts';
import { asJson, type OnboardData, recordOf, requestedOf, resultsOf } from './data.ts';
import { planRecord } from './plan.ts';
import { egressOf, type OnboardStep, type OnboardTools, providerPort, secretOf } from './tools.ts';

const remember = (data: OnboardData, results: ProbeResult[], at: string): void => {
  data.results = [...data.results, ...results.map(asJson)];
  const record = recordOf(data);
  for (const result of results) {
    // Which proof a probe stands for is its moment, not its name: before the agent exists it is the way to the host.
    const proof = { at, summary: result.summary, probe: result };
    if (record.proofs.gateway) record.proofs.inference = proof;
    else record.proofs.bridge = proof;
    if (result.status === 'warn') record.warnings.push(result.summary);
  }
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
    const endpoint = providerPort(data);
    const context = await probeContext({
      services: tools.services,
      driver: tools.driver,
      homeId: tools.homeId,
      egress: egressOf(tools, data),
      helperImage: data.helperImage,
      hostEndpoints: endpoint ? [{ purpose: `provider ${recordOf(data).provider.id}`, ...endpoint }] : [],
      sandbox: { id: data.sandboxId, name: data.name },
    });
    const results = await runProbes(await tools.services.probes(), 'preflight', context, signal);
    if (results.length === 0) return skip('no probe applies');
    remember(data, results, tools.services.clock.now().toISOString());
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
    const results = await runProbes(await tools.services.probes(), 'post-ready', context, signal);
    remember(data, results, tools.services.clock.now().toISOString());
    const failed = results.find((result) => result.status === 'fail' || result.status === 'skipped');
    if (failed) throw probeError(failed);
    if (results.length === 0)
      throw codedError('INFERENCE_UNREACHABLE', {
        message: 'No installed probe proves inference from inside the sandbox.',
      });
    note(results.map((result) => result.summary).join('; '));
  },
});

export const gpuStep = (tools: OnboardTools): OnboardStep => ({
  id: 'gpu',
  title: 'Prove the GPU from inside',
  async run({ data, signal, note, skip }) {
    const { gpu, proofs, warnings } = recordOf(data);
    if (gpu.strategy === null) return skip(gpu.reason);
    const strategy = (await tools.services.gpuStrategies()).find((candidate) => candidate.id === gpu.strategy);
    if (!strategy)
      throw codedError('GPU_UNKNOWN', { message: `The GPU strategy ${gpu.strategy} is not installed any more.` });
    const proof = await strategy.prove(
      { requested: requestedOf(data), run: runInAgent(tools.driver, data.agentId), now: tools.services.clock.now },
      signal,
    );
    proofs.gpu = proof;
    if (proof.result === 'failed')
      throw codedError('GPU_PROOF_FAILED', {
        message: proof.summary,
        hint: proof.remedy.join('\n'),
        details: asJson(proof),
      });
    if (proof.result === 'injected') warnings.push(proof.summary);
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
    note(`${answer.url} answered ${answer.status} in ${Math.round(answer.elapsedMs)} ms`);
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
    for (const finding of findings) if (finding.level === 'warn') recordOf(data).warnings.push(finding.summary);
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
