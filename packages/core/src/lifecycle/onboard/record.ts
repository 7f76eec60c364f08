import { randomBytes } from 'node:crypto';
import { createSandboxCa } from '../../pki/certificates.ts';
import { SECRETS } from '../secrets.ts';
import { recordOf } from './data.ts';
import type { OnboardStep, OnboardTools } from './tools.ts';

/** First of all, what is about to exist goes to disk: record, ownership, secrets. The folder goes when all else is undone. */
export const recordStep = (tools: OnboardTools, credential: string | undefined): OnboardStep => ({
  id: 'record',
  title: 'Write down what is about to be made',
  async run({ data }) {
    const { store, clock, redactor } = tools.services;
    const ca = await createSandboxCa({ name: data.name, now: clock.now() });
    await store.writeOwnership({
      version: 1,
      sandboxId: data.sandboxId,
      name: data.name,
      authoritative: null,
      retired: [],
      creating: { generation: data.generations.agent },
      intent: null,
      resources: { relay: null, forward: null, network: null, volumes: [] },
    });
    const token = randomBytes(32).toString('base64url');
    redactor.learn(token);
    await store.writeSecret(data.name, SECRETS.token, token);
    await store.writeSecret(data.name, SECRETS.caKey, ca.keyPem);
    await store.writeSecret(data.name, SECRETS.caCert, ca.certPem);
    if (credential !== undefined) await store.writeSecret(data.name, SECRETS.provider, credential);
    await store.writeRecord(recordOf(data));
  },
});
