import type { ProbeResult } from '@nemoclaw/plugin-api';
import { isCodedError } from '@nemoclaw/plugin-api';
import type { CallOptions, DoctorResult } from '../api/nemoclaw.ts';
import type { SandboxRecord } from '../api/records.ts';
import { codedError, toCodedError } from '../errors/index.ts';
import { hostEndpointOf } from './host-endpoint.ts';
import { egressNetworkName, homeLabels } from './names.ts';
import { probeContext } from './probe-context.ts';
import { runProbes } from './probes.ts';
import { knownSandbox, runningContainer, runningRelay } from './resolve.ts';
import type { Services } from './services.ts';
import { toolsCheck } from './tools-check.ts';

type Check = DoctorResult['checks'][number];

/** One look that either says something good or becomes a failed line with its way out; it never ends the others. */
const check = async (id: string, work: () => Promise<string>): Promise<Check> => {
  try {
    return { id, status: 'ok', summary: await work(), remedy: [] };
  } catch (error) {
    const coded = toCodedError(error);
    return { id, status: 'fail', summary: coded.message, remedy: coded.hint === undefined ? [] : [coded.hint] };
  }
};

const hostChecks = (services: Services, signal: AbortSignal): Promise<Check>[] => [
  check('engine', async () => {
    const facts = await (await services.driver()).hostFacts({ signal });
    return `engine ${facts.engineVersion} (API ${facts.apiVersion}), ${facts.cdiDevices.length} CDI devices`;
  }),
  check('isolation', async () => {
    const { isolatedNetworks } = await (await services.driver()).capabilities({ signal });
    if (!isolatedNetworks) throw new Error('the engine has no isolated networks');
    return 'the engine can keep a sandbox away from the host';
  }),
  check('home', async () => {
    await services.store.ensureHome();
    return `${services.options.home} can be written`;
  }),
  check('plugins', async () => {
    const reports = (await services.registry()).report();
    const bad = reports.flatMap((report) =>
      report.contributions
        .filter((part) => part.diagnosis !== 'ok')
        .map((part) => `${report.name} ${part.kind} ${part.id}: ${part.diagnosis}`),
    );
    if (bad.length > 0) throw new Error(bad.join('; '));
    return `${reports.length} plugins, all well`;
  }),
];

const certificateWords = (
  { clock, options }: Services,
  { name, certificateNotAfter: until }: SandboxRecord,
): string => {
  if (Date.parse(until) > clock.now().getTime()) return `valid until ${until}`;
  throw codedError('INFERENCE_UNREACHABLE', {
    message: `The certificate of inference.local of ${name} ended ${until}: its agent trusts it no more.`,
    hint: `\`${options.program} ${name} recover\` renews it, and so does every command that changes the sandbox.`,
  });
};

/** The probes of one sandbox, with all the context that can be had for it. */
const sandboxProbes = async (
  services: Services,
  name: string,
  signal: AbortSignal,
): Promise<{ results: ProbeResult[]; checks: Check[] }> => {
  const known = await knownSandbox(services, name);
  const { record } = known;
  const driver = await services.driver();
  const homeId = await services.store.homeId();
  const egress = (await driver.listNetworks(homeLabels(homeId), { signal })).find(
    ({ name: found }) => found === egressNetworkName(homeId),
  );
  const checks: Check[] = [];
  const parts = await Promise.all([
    check(`${name} relay`, async () => `${(await runningRelay(services, driver, known, signal)).name} is running`),
    check(`${name} certificate`, async () => certificateWords(services, record)),
  ]);
  checks.push(...parts.filter(({ status }) => status !== 'ok'));
  let containerId: string | undefined;
  try {
    containerId = (await runningContainer(services, driver, known, signal)).id;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    checks.push({
      id: `${name}`,
      status: 'fail',
      summary: error.message,
      remedy: error.hint === undefined ? [] : [error.hint],
    });
  }
  const endpoint = hostEndpointOf(record.provider);
  const context = await probeContext({
    services,
    driver,
    homeId,
    egress,
    helperImage: record.image.base === '' ? undefined : record.image.base,
    hostEndpoints: endpoint ? [endpoint] : [],
    sandbox: { id: record.sandboxId, name: record.name, containerId },
  });
  return { results: await runProbes(services, 'on-demand', context, signal), checks };
};

/** Everything that can be looked at, side by side; one line each. */
export const doctor = async (
  services: Services,
  name: string | undefined,
  options: CallOptions & { tools?: boolean } = {},
): Promise<DoctorResult> => {
  if (options.tools && name === undefined)
    throw codedError('USAGE', { message: '--tools looks at one sandbox: its name is missing.' });
  const signal = options.signal ?? new AbortController().signal;
  const hosts = await Promise.all(hostChecks(services, signal));
  const engineUp = hosts.find((line) => line.id === 'engine')?.status === 'ok';
  const names = name === undefined ? await services.store.listNames() : [name];
  const results: ProbeResult[] = [];
  const checks = [...hosts];
  if (!engineUp) return { results, checks };
  for (const each of names) {
    try {
      const found = await sandboxProbes(services, each, signal);
      results.push(...found.results.map((result) => ({ ...result, evidence: { sandbox: each, ...result.evidence } })));
      checks.push(...found.checks);
      if (options.tools) checks.push(await check('tools', () => toolsCheck(services, each, options)));
    } catch (error) {
      if (name !== undefined) throw error;
      const coded = toCodedError(error);
      checks.push({
        id: each,
        status: 'fail',
        summary: coded.message,
        remedy: coded.hint === undefined ? [] : [coded.hint],
      });
    }
  }
  return { results, checks };
};
