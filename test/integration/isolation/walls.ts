import type { DoctorResult, RestartReport, StatusResult } from '@nemoclaw/core';
import { IDS, PATHS } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { KEYS, onTerminal } from '../../../packages/cli/src/testing/pty.ts';
import { BIN } from '../world/cli.ts';
import { recordOf } from '../world/engine.ts';
import { attackLine, breaches } from './attack.ts';
import type { Commanded } from './commanded.ts';

export interface AgentCase {
  /** Its sealed files, by absolute path. */
  sealed: string[];
  gatewayPort: number;
  /** What no process of the tools may have anywhere. */
  secrets(): Promise<string[]>;
  /** Tools that the model is offered. */
  offered: string[];
  /** What its declared cost of the mode must cover, bytes. */
  toolsBytes: number;
}

/** Sum over all processes of a uid, from what the kernel tells everybody. */
const ANONYMOUS = (uid: number): string =>
  `cat /proc/[0-9]*/status 2>/dev/null | awk '/^Uid:/{mine=($2==${uid})} mine&&/^RssAnon:/{sum+=$2} END{print sum*1024}'`;

/** What holds for every agent whose tools have a uid of their own; each try goes through the agent's own command tool. */
export const describeWalls = (box: () => Commanded, agent: AgentCase): void => {
  it('is the default where the memory is there, says why, and was proved without the provider’s model', async () => {
    const { record, plan } = box().onboarded;
    expect(plan.isolation).toMatchObject({
      mode: 'separate',
      why: expect.stringMatching(/the agent's default, .* GiB/),
    });
    expect(record?.agent).toMatchObject({ isolation: 'separate', isolationProof: 'proved' });
    expect(record?.proofs.tools).toMatchObject({ uid: IDS.tools });
    const chats = box().model.chats();
    expect(chats.every(({ body }) => !body.includes('Self-test'))).toBe(true);
    expect(chats.length).toBeGreaterThan(0);
    const { stdout } = await box().world.run([box().name, 'status']);
    expect(stdout).toMatch(new RegExp(`separate, the agent's default, .*: proved .*${IDS.tools}.*(just now| ago)`));
  });

  it('runs commands in the workspace, with what they need and without any secret of the gateway', async () => {
    const said = await box().command('id -u; pwd -P; env | sort; node --version');
    expect(said).toMatch(new RegExp(`^${IDS.tools}$`, 'm'));
    expect(said).toMatch(new RegExp(`^${PATHS.workspace}$`, 'm'));
    expect(said).toMatch(/^HOME=\/home\/tools$/m);
    expect(said).toContain(`SSL_CERT_FILE=${PATHS.caBundle}`);
    expect(said).toMatch(/^https_proxy=http:\/\/egress/m);
    expect(said).toMatch(/^v24\./m);
    const all = [
      '/bin/sh',
      '-c',
      'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null; cat /etc/nemoclaw/tools/*',
    ];
    const { stdout } = await box().inside('tools', all);
    expect(stdout).toContain('/home/tools'); // it did read something
    const secrets = await agent.secrets();
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      for (const text of [said, stdout]) expect(text.includes(secret)).toBe(false);
    }
  }, 120_000);

  it('cannot signal, trace or read gateway and supervisor, write what is others’, or reach control socket and API', async () => {
    const before = (await box().supervisor()).gateway;
    const line = attackLine({ pid: before?.pid ?? 0, port: agent.gatewayPort }, agent.sealed);
    expect(breaches(await box().command(line))).toEqual([]);
    const after = (await box().supervisor()).gateway;
    expect(after).toMatchObject({ pid: before?.pid, startTime: before?.startTime });
  }, 120_000);

  it('offers the model nothing that acts on files inside the gateway’s own process', async () => {
    await box().command('echo asked');
    expect((box().model.chats().at(-1)?.tools ?? []).toSorted()).toEqual(agent.offered.toSorted());
  }, 120_000);

  it('lets no file of the tools’ into the gateway: neither links nor instructions in the workspace', async () => {
    const [target = ''] = agent.sealed;
    await box().command(
      `cd ${PATHS.workspace}; mkdir -p sub; for f in AGENTS SOUL TOOLS MEMORY USER CLAUDE HERMES .hermes README; do ln -sf ${target} $f.md; ln -sf ${target} sub/$f.md; done; ln -sf ${target} .cursorrules; printf 'PWNED=1\\n' > .env; git init -q . 2>/dev/null; echo done`,
    );
    await box().command(`ls ${PATHS.workspace}/sub`);
    await box().command('echo again');
    const bodies = box()
      .model.chats()
      .slice(-6)
      .map(({ body }) => body);
    expect(bodies).toHaveLength(6);
    for (const secret of await agent.secrets()) expect(bodies.some((body) => body.includes(secret))).toBe(false);
    const gateway = await box().inside('gateway', [
      '/bin/sh',
      '-c',
      'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"',
    ]);
    expect(gateway.stdout).toContain('HOME=/home/gateway');
    expect(gateway.stdout).not.toContain('PWNED');
  }, 120_000);

  it('takes no more memory for it than its plugin says', async () => {
    const bytes = async (uid: number) =>
      Number((await box().inside('gateway', ['/bin/sh', '-c', ANONYMOUS(uid)])).stdout.trim());
    const [gateway, tools] = [await bytes(IDS.gateway), await bytes(IDS.tools)];
    console.log(`memory: gateway ${Math.round(gateway / 1e6)} MB, tools' process ${Math.round(tools / 1e6)} MB`);
    expect(gateway).toBeGreaterThan(10e6);
    expect(tools).toBeGreaterThan(1e6);
    expect(tools).toBeLessThan(agent.toolsBytes);
  });

  it('works again after a restart of the gateway, and says so live', async () => {
    const restart = await box().world.json<RestartReport>([box().name, 'gateway', 'restart']);
    expect(restart.error).toBeUndefined();
    expect(await box().command('id -u')).toMatch(new RegExp(`^${IDS.tools}$`, 'm'));
    const { result } = await box().world.json<StatusResult>([box().name, 'status', '--live']);
    expect(result.live?.reasons).toEqual([]);
    expect(result.live?.supervisor?.tools).toMatchObject({ state: 'ready' });
  }, 300_000);

  it('keeps a conversation on a terminal', async () => {
    const terminal = onTerminal([BIN, box().name, 'chat'], { ...process.env, ...box().world.env });
    try {
      await terminal.sees(/\n> /, 60_000);
      terminal.type(`My first words.${KEYS.enter}`);
      await terminal.sees(/Hello from the script\.\n> /, 60_000);
      terminal.type(`My second words.${KEYS.enter}`);
      await terminal.sees(/Hello from the script\.\n> /, 60_000);
      terminal.type(KEYS.ctrlD);
      expect(await terminal.ended()).toBe(0);
    } finally {
      terminal.process.kill('SIGKILL');
    }
    const { body = '' } = box().model.chats().at(-1) ?? {};
    for (const words of ['My first words.', 'Hello from the script.', 'My second words.'])
      expect(body).toContain(words);
  }, 240_000);

  it('is proved again by doctor', async () => {
    const doctor = await box().world.json<DoctorResult>([box().name, 'doctor', '--tools']);
    const line = doctor.result.checks.find(({ id }) => id === 'tools');
    expect(line).toMatchObject({ status: 'ok' });
    expect(line?.summary).toContain(String(IDS.tools));
    expect(recordOf(box().world, box().name).agent.isolationProof).toBe('proved');
  }, 120_000);
};
