import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type AgentConfigOutput, type Driver, IDS, LABELS, PATHS, type RunAs } from '@nemoclaw/plugin-api';
import { supervisorBundle } from '@nemoclaw/supervisor/bundle';
import type { RunReply, SupervisorOp, SupervisorOps, SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import { execa } from 'execa';
import { imageTag } from '../../../packages/core/src/images/address.ts';
import { baseRecipe } from '../../../packages/core/src/images/base.ts';
import { withSupervisorRecipe } from '../../../packages/core/src/images/supervisor-layer.ts';
import { callSupervisor } from '../../../packages/core/src/lifecycle/control.ts';
import { objectNames } from '../../../packages/core/src/lifecycle/names.ts';
import { agentSpec } from '../../../packages/core/src/lifecycle/specs.ts';
import {
  sealedFiles,
  stateFiles,
  toolsFiles,
  workspaceFiles,
} from '../../../packages/core/src/lifecycle/volume-files.ts';
import { PARENT, ROOT } from '../world/cli.ts';

const HOST_ROOTS = '/etc/ssl/certs/ca-certificates.crt';
export const SEALED_FILE = `${PATHS.sealedAgent}/agent.json`;

const agent: AgentConfigOutput = {
  runtime: {
    agent: 'fake',
    version: '1.0.0',
    command: [PATHS.node, '/opt/fake/gateway.mjs'],
    env: { FAKE: 'yes' },
    cwd: '/workspace',
    gatewayPort: 18789,
    health: {
      live: { path: '/healthz', status: 200 },
      started: { path: '/startupz', status: 200, field: { name: 'status', equals: 'started' } },
    },
    stop: { signal: 'SIGTERM', drainMs: 5_000, expectedExitCodes: [0] },
    softRestart: { signal: 'SIGUSR2', uptimeField: 'uptimeMs' },
    configRefusedExitCodes: [78],
    startTimeoutMs: 20_000,
  },
  sealed: [{ path: 'agent.json', content: '{"token":"sealed"}\n' }],
  initialState: [],
};

/** Base, current supervisor and fake gateway in one image. */
const testImage = async (driver: Driver, labels: Record<string, string>) => {
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: `${ROOT}/packages/supervisor` });
  const parent = await driver.findImage(PARENT);
  if (!parent) throw new Error(`${PARENT} is not on this engine`);
  const buildCaPem = await readFile(HOST_ROOTS, 'utf8').catch(() => undefined);
  const recipes = baseRecipe({
    parent: PARENT,
    parentId: parent.id,
    architecture: parent.architecture,
    proxyEnv: {},
    hostNetwork: true,
    ...(buildCaPem === undefined ? {} : { buildCaPem }),
  });
  for (const recipe of [recipes.builder, recipes.base]) {
    if (!(await driver.findImage(recipe.tag))) await driver.buildImage(recipe, () => {});
  }
  const content = {
    dockerfile: `FROM ${recipes.base.tag}\nCOPY gateway.mjs /opt/fake/gateway.mjs\n`,
    files: [{ path: 'gateway.mjs', content: await readFile(new URL('fake-gateway.mjs', import.meta.url)) }],
    buildArgs: {},
  };
  const tag = imageTag('nemoclaw-test-supervisor', { ...content, parents: [] });
  const agentImage = await driver.buildImage({ ...content, tag, labels, hostNetwork: false }, () => {});
  const bundle = await readFile(supervisorBundle());
  const image = await driver.buildImage(withSupervisorRecipe({ agentImage, agentId: 'test', bundle }), () => {});
  return { id: image.id, tags: [image.tags[0] ?? image.id, tag] };
};

export interface FakeSandbox {
  driver: Driver;
  containerId: string;
  call<O extends SupervisorOp>(op: O, args: SupervisorOps[O]['args']): Promise<SupervisorOps[O]['result']>;
  status(): Promise<SupervisorStatus>;
  run(as: RunAs, argv: string[], timeoutMs?: number): Promise<Extract<RunReply, { outcome: 'exited' }>>;
  node(as: RunAs, script: string, ...args: string[]): Promise<Extract<RunReply, { outcome: 'exited' }>>;
  until(state: SupervisorStatus['state'], timeoutMs?: number): Promise<SupervisorStatus>;
  /** Seals the agent's file anew, as it should be or not. */
  seal(change: { content?: string; mode?: number; uid?: number; link?: string }): Promise<void>;
  /** A further container on the same volumes; gives its exit code. */
  startSecond(): Promise<{ exitCode: number; logs: string }>;
  dispose(): Promise<void>;
}

/** The agent container as onboard makes it (same create plan, same volumes), with a fake agent and no network. */
export const startFakeSandbox = async (driver: Driver, groups: number[] = [44]): Promise<FakeSandbox> => {
  const sandbox = { id: randomUUID(), name: `t${randomBytes(3).toString('hex')}` };
  const labels = { [LABELS.managed]: 'true', [LABELS.sandboxId]: sandbox.id };
  const image = await testImage(driver, { [LABELS.managed]: 'true' });
  const { volumes } = objectNames(sandbox.name, sandbox.id);
  const nonce = randomBytes(16).toString('hex');
  const sealed = sealedFiles({
    sandboxId: sandbox.id,
    generation: randomUUID(),
    groups,
    agent,
    caPem: '-----BEGIN CERTIFICATE-----\ntest\n-----END CERTIFICATE-----\n',
    nonce,
  });
  const put = (volume: string, files: typeof sealed) => driver.putFiles({ volume, image: image.id, labels, files });
  for (const [volume, files] of [
    [volumes.sealed, sealed],
    [volumes.state, stateFiles({ agent, nonce })],
    [volumes.workspace, workspaceFiles({ nonce })],
    [volumes.tools, toolsFiles({ agent, nonce })],
  ] as const) {
    await driver.ensureVolume({ name: volume, labels });
    await put(volume, files);
  }
  const plan = agentSpec({ sandbox, labels, image: image.id, networkId: 'none', memoryBytes: 1 << 30 });
  // An engine may not raise a limit above its own; that is no concern of these tests.
  const { nofile: _, ...limits } = plan.limits;
  const spec = { ...plan, limits, networks: [{ network: 'none', aliases: [] }] };
  const { id: containerId } = await driver.create(spec);
  const dispose = async (): Promise<void> => {
    await driver.remove(containerId, { force: true });
    for (const volume of [volumes.sealed, volumes.state, volumes.workspace, volumes.tools])
      await driver.removeVolume(volume);
    for (const tag of image.tags) await driver.removeImage(tag);
  };
  await driver.start(containerId).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });

  const call: FakeSandbox['call'] = (op, args) => callSupervisor({ driver, containerId, timeoutMs: 60_000 }, op, args);
  const run: FakeSandbox['run'] = async (as, argv, timeoutMs = 30_000) => {
    const reply = await call('run', { as, argv, timeoutMs });
    if (reply.outcome !== 'exited') throw new Error(JSON.stringify(reply));
    return reply;
  };
  return {
    driver,
    containerId,
    call,
    run,
    status: () => call('status', {}),
    node: (as, script, ...args) => run(as, [PATHS.node, '-e', script, '--', ...args]),
    async until(state, timeoutMs = 20_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const status = await call('status', {}).catch((error: Error) => error);
        if (!(status instanceof Error) && status.state === state) return status;
        if (Date.now() > deadline)
          throw new Error(`never ${state}: ${status instanceof Error ? status.message : JSON.stringify(status)}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    seal: ({ content = agent.sealed[0]!.content, mode = 0o640, uid = 0, link }) =>
      put(volumes.sealed, [
        {
          path: 'agent/agent.json',
          type: link === undefined ? 'file' : 'link',
          content: link ?? content,
          mode,
          uid,
          gid: IDS.gateway,
        },
      ]),
    async startSecond() {
      const { id } = await driver.create({ ...spec, name: `${spec.name}-second`, restartPolicy: 'no' });
      try {
        await driver.start(id);
        const deadline = Date.now() + 15_000;
        for (let state = await driver.inspect(id); state?.phase !== 'exited'; state = await driver.inspect(id)) {
          if (Date.now() > deadline) throw new Error('the second container did not exit');
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        let logs = '';
        for await (const line of driver.logs(id, { tail: 20, follow: false })) logs += `${line.text}\n`;
        return { exitCode: (await driver.inspect(id))?.exitCode ?? -1, logs };
      } finally {
        await driver.remove(id, { force: true });
      }
    },
    dispose,
  };
};
