import type { CallOptions } from '../api/nemoclaw.ts';
import { codedError } from '../errors/index.ts';
import { withLock } from './operation-options.ts';
import { knownSandbox, refuseWhilePending, runningContainer, runningRelay } from './resolve.ts';
import { SECRETS } from './secrets.ts';
import type { Services } from './services.ts';
import { proveTools, recordTools } from './tools-proof.ts';

/** Proves tool isolation again and writes down what came of it; throws when it is not proved. */
export const toolsCheck = (services: Services, name: string, options: CallOptions): Promise<string> =>
  withLock(services, name, 'doctor', options, async () => {
    await refuseWhilePending(services, name);
    const known = await knownSandbox(services, name);
    const signal = options.signal ?? new AbortController().signal;
    const driver = await services.driver();
    const { agent } = await services.agent(known.record.agent.id);
    const token = await services.store.readSecret(name, SECRETS.token);
    if (token === undefined)
      throw codedError('STATE_UNREADABLE', { message: `The ingress token of ${name} is missing.` });
    const record = structuredClone(known.record);
    const verdict = await proveTools({
      services,
      driver,
      agent,
      record,
      agentId: (await runningContainer(services, driver, known, signal)).id,
      relayId: (await runningRelay(services, driver, known, signal)).id,
      token,
      signal,
    });
    try {
      recordTools(record, verdict, services.clock.now().toISOString());
    } finally {
      await services.store.writeRecord(record);
    }
    if (verdict.result === 'unseen') throw codedError('PROBE_FAILED', { message: `Not proved: ${verdict.summary}.` });
    return `${record.agent.isolation}: ${verdict.summary}`;
  });
