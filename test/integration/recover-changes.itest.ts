import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Nemoclaw, RecoverResult } from '@nemoclaw/core';
import { type Driver, IDS } from '@nemoclaw/plugin-api';
import type { ScriptedModel } from '@nemoclaw/testkit/scripted-model';
import { TINY_AGENT } from '@nemoclaw/testkit/tiny-agent';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueLeaf } from '../../packages/core/src/pki/certificates.ts';
import type { World } from './world/cli.ts';
import { openCore } from './world/core.ts';
import { ownershipOf, recordOf } from './world/engine.ts';
import { admit, listen, OTHER_MODEL, PATIENT, type Patient } from './world/patient.ts';
import { freePort } from './world/port.ts';
import { writeVolumeFile } from './world/volume.ts';

const PROGRAM = fileURLToPath(new URL('./world/recover-program.ts', import.meta.url));
const DAY_MS = 86_400_000;
const NAME = 'followed';

describe('recover follows a world that has changed', () => {
  let patient: Patient;
  let world: World;
  let driver: Driver;
  let nemoclaw: Nemoclaw;

  /** A recover that is told of another provider, in a process of its own that is killed when that step begins. */
  const killedAt = async (step: string, endpoint: string, key: string): Promise<void> => {
    const argv = ['--conditions=source', PROGRAM, world.home, NAME, endpoint];
    const child = execa(process.execPath, argv, { reject: false, env: { KEY: key } });
    for await (const line of child) if (line === step) child.kill('SIGKILL');
    expect(await child).toMatchObject({ signal: 'SIGKILL' });
  };
  beforeAll(async () => {
    patient = await admit(NAME);
    ({ world, driver, nemoclaw } = patient);
  });
  afterAll(() => patient?.dispose());

  it('renews a certificate that has ended, and so does a restart', async () => {
    const secret = (file: string) => readFileSync(join(world.home, 'sandboxes', NAME, 'secrets', file), 'utf8');
    const end = async () => {
      const leaf = await issueLeaf({
        ca: { certPem: secret('ca.pem'), keyPem: secret('ca.key') },
        names: ['inference.local'],
        now: new Date(Date.now() - 100 * DAY_MS),
      });
      const owner = { uid: IDS.relay, mode: 0o400 };
      await writeVolumeFile(driver, world, NAME, 'relay', 'leaf.pem', leaf.certPem, owner);
      await writeVolumeFile(driver, world, NAME, 'relay', 'leaf.key', leaf.keyPem, owner);
      await driver.restart(patient.parts().relay, { timeoutSeconds: 5 });
      return leaf.notAfter;
    };
    const isFresh = () => Date.parse(recordOf(world, NAME).certificateNotAfter) > Date.now() + 80 * DAY_MS;

    const ended = await end();
    expect((await nemoclaw.status(NAME, { live: true })).live?.reasons.join()).toMatch(/certificate/);
    // The record knows nothing of it: what counts is what the relay serves.
    expect((await patient.recovered()).actions).toEqual([
      `renewed the certificate of inference.local, which ended ${ended}`,
    ]);
    expect(isFresh()).toBe(true);

    const path = join(world.home, 'sandboxes', NAME, 'sandbox.json');
    writeFileSync(path, JSON.stringify({ ...recordOf(world, NAME), certificateNotAfter: await end() }));
    const { checks } = await nemoclaw.doctor(NAME);
    expect(checks.find(({ id }) => id === `${NAME} certificate`)).toMatchObject({ status: 'fail' });
    await nemoclaw.gatewayRestart(NAME, {});
    expect(isFresh()).toBe(true);
    expect(await patient.recovered()).toMatchObject({ verdict: 'nothing_to_do' });
  });

  it('keeps a port that the user named, says who to ask when it is taken, and takes another that is named', async () => {
    const { ingressPort } = recordOf(world, NAME);
    await patient.stop(patient.parts().relay);
    const squatter = createServer().listen(ingressPort, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      await expect(nemoclaw.recover(NAME)).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringContaining(`Port ${ingressPort} `),
        hint: expect.stringMatching(/--port.*\n.*recover` again/s),
      });
      expect(recordOf(world, NAME).ingressPort).toBe(ingressPort);
      const other = await freePort();
      const { actions } = await patient.recovered({ ingressPort: other });
      expect(actions).toEqual([
        `moved ingress from 127.0.0.1:${ingressPort} to 127.0.0.1:${other}`,
        'made the relay anew',
      ]);
      expect(recordOf(world, NAME).ingressPort).toBe(other);
    } finally {
      squatter.close();
    }
  });

  describe('whose provider has moved', () => {
    let moved: ScriptedModel;
    const endpoint = () => `http://127.0.0.1:${moved.port}/v1`;
    const relayEndpoint = () => `http://host.nemoclaw.internal:${moved.port}/v1`;

    beforeAll(async () => {
      await patient.model.close();
      moved = await listen();
    });
    afterAll(() => moved.close());

    it('says how to tell it where', async () => {
      await expect(nemoclaw.recover(NAME)).rejects.toMatchObject({
        code: expect.stringMatching(/^(BRIDGE_BLOCKED|INFERENCE_UNREACHABLE)$/),
        hint: expect.stringContaining(`recover --endpoint <URL>`),
      });
      await expect(nemoclaw.recover(NAME, { endpoint: patient.model.baseUrl })).rejects.toMatchObject({
        code: 'PROVIDER_DOWN',
      });
      expect(recordOf(world, NAME).provider.endpoint).not.toBe(relayEndpoint());
    });

    it('goes to the new address, with neither container made anew', async () => {
      const parts = patient.parts();
      const { actions, after } = await patient.recovered({ endpoint: endpoint() });
      expect(actions).toEqual([`went over to the provider at ${endpoint()}`]);
      expect(after.provider.endpoint).toBe(relayEndpoint());
      expect((await patient.relayConfig()).inference.provider.baseUrl).toBe(relayEndpoint());
      expect(after.proofs.bridge?.summary).toContain(`${moved.port}`);
      expect(patient.parts()).toEqual(parts);
      const { text: answer } = await nemoclaw.chat(NAME, { turns: [{ role: 'user', content: 'hello' }] });
      expect(answer).toBe('hello');
      expect(moved.chats()).toHaveLength(1);
    });

    it('takes another model, which stands in the agent’s sealed configuration', async () => {
      await expect(nemoclaw.recover(NAME, { model: 'no-such' })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
      const { actions, after } = await patient.recovered({ model: OTHER_MODEL.id });
      expect(actions).toEqual([
        `went over to the model ${OTHER_MODEL.id} with a context of ${OTHER_MODEL.context} tokens`,
        'made the agent’s container anew',
      ]);
      expect(after.provider).toMatchObject({ model: OTHER_MODEL.id, contextTokens: OTHER_MODEL.context });
      await nemoclaw.chat(NAME, { turns: [{ role: 'user', content: 'hello' }] });
      expect(moved.chats().at(-1)?.model).toBe(OTHER_MODEL.id);
    });

    it('sends a key to the origin that it was given for, and to no other', async () => {
      const key = `sk-test-${randomBytes(12).toString('hex')}`;
      const { actions } = await patient.recovered({ credential: key });
      expect(actions).toEqual(['took over the new key']);
      await nemoclaw.chat(NAME, { turns: [{ role: 'user', content: 'hello' }] });
      expect(moved.chats().at(-1)?.headers.authorization).toBe(`Bearer ${key}`);

      const next = await listen({ apiKey: key });
      try {
        const there = `http://127.0.0.1:${next.port}/v1`;
        await expect(nemoclaw.recover(NAME, { endpoint: there })).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
        expect(next.requests).toEqual([]);
        // Cut off after the record and before the relay heard of it: the next one makes them one again.
        await killedAt('start-relay', there, key);
        expect(next.chats()).toEqual([]);
        const { actions, after } = await patient.recovered();
        expect(actions).toEqual(['closed the unfinished recover']);
        expect(after.provider.endpoint).toBe(`http://host.nemoclaw.internal:${next.port}/v1`);
        await nemoclaw.chat(NAME, { turns: [{ role: 'user', content: 'hello' }] });
        expect(next.chats()).toHaveLength(1);
        await patient.recovered({ endpoint: endpoint(), credential: key });
      } finally {
        await next.close();
      }
    });
  });

  it('forwards to a provider that listens on loopback only, when it is told to, wherever it moves', async () => {
    const hidden = await listen({ host: '127.0.0.1' });
    const further = await listen({ host: '127.0.0.1' });
    const move = { credential: 'a-key-of-its-own', forward: true };
    try {
      await expect(nemoclaw.recover(NAME, { ...move, forward: false, endpoint: hidden.baseUrl })).rejects.toMatchObject(
        {
          code: 'BRIDGE_LOOPBACK',
          hint: expect.stringContaining('--forward'),
        },
      );
      const first = await patient.recovered({ ...move, endpoint: hidden.baseUrl });
      expect(first.actions).toEqual(['took over the new key', 'made the forwarder of the provider’s port anew']);
      const { actions } = await patient.recovered({ ...move, endpoint: further.baseUrl });
      expect(actions).toEqual([
        `went over to the provider at ${further.baseUrl}`,
        'took over the new key',
        'made the forwarder of the provider’s port anew',
      ]);
      const forward = ownershipOf(world, NAME).resources.forward?.id ?? '';
      await patient.stop(forward);
      expect((await patient.recovered()).actions).toEqual([expect.stringContaining('started the forwarder: ')]);
    } finally {
      await hidden.close();
      await further.close();
    }
  });

  it('touches nothing without the agent’s plugin, or without an engine, and says what to do', async () => {
    const { relay } = patient.parts();
    await patient.stop(relay);
    // The program as it is shipped has never heard of that agent.
    const missing = await world.json(['recover', NAME]);
    expect(missing).toMatchObject({
      status: 'error',
      error: {
        code: 'AGENT_UNKNOWN',
        message: expect.stringContaining(`@nemoclaw/agent-tiny@`),
        hint: expect.stringContaining('plugins install @nemoclaw/agent-tiny@'),
      },
    });
    const nowhere = { ...PATIENT, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const away = await openCore(world.home, { env: nowhere });
    await expect(away.recover(NAME)).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' });
    await away.close();
    expect((await nemoclaw.status(NAME)).pending).toBeUndefined();
    expect((await driver.inspect(relay))?.phase).toBe('exited');
  });

  it('does from the command line what it is told there, once the plugin is back', async () => {
    await using serving = await listen({ apiKey: 'another-key' });
    expect((await world.json(['plugins', 'link', TINY_AGENT.root])).error).toBeUndefined();
    const recover = [NAME, 'recover', '--endpoint', `http://127.0.0.1:${serving.port}/v1`];
    expect(await world.json(recover)).toMatchObject({ exitCode: 2, error: { code: 'CREDENTIAL_MISSING' } });
    const env = { ...world.env, THE_KEY: 'another-key' };
    const { error, result } = await world.json<RecoverResult>([...recover, '--credential-env', 'THE_KEY'], { env });
    expect(error).toBeUndefined();
    expect(result).toEqual({
      verdict: 'healthy',
      actions: [
        `went over to the provider at http://127.0.0.1:${serving.port}/v1`,
        'took over the new key',
        expect.stringContaining('started the relay: '),
      ],
    });
    const again = await world.run([NAME, 'recover']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing had to be recovered') });
    // It listens where the relay reaches it, so there is no forwarder left.
    expect(ownershipOf(world, NAME).resources.forward).toBeNull();
  });
});
