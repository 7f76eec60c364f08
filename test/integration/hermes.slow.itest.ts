import agent from '@nemoclaw/agent-hermes';
import type { OnboardResult, RestartReport, StatusResult } from '@nemoclaw/core';
import type { AgentConfigOutput, Driver } from '@nemoclaw/plugin-api';
import { IDS, LABELS, PATHS } from '@nemoclaw/plugin-api';
import { MODEL } from '@nemoclaw/testkit/model-image';
import { type ScriptedModel, startScriptedModel, text, toolCall, toolResult } from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callSupervisor } from '../../packages/core/src/lifecycle/control.ts';
import { HERMES_BIN, makeWorld, type World } from './world/cli.ts';
import { agentIdOf, openEngine, recordOf, relayIdOf, remains } from './world/engine.ts';
import { startSmallModel } from './world/model.ts';
import { isKept, startPulse } from './world/pulse.ts';
import { refusesRestart, refusesWhatWasChanged } from './world/refusals.ts';
import { startSupervised } from './world/supervised.ts';

const NAME = 'real-hermes';
const HOLD_MS = 30_000;
/** Long enough for the line to come on a machine under load; a start takes two seconds. */
const GIVE_UP_MS = 20_000;

describe('a sandbox with the real Hermes, by its own name', () => {
  let world: World;
  let driver: Driver;
  let model: { dispose(): Promise<void> };
  let modelPort = 0;
  let onboarded: Awaited<ReturnType<World['json']>> & { result: OnboardResult };

  beforeAll(async () => {
    world = makeWorld({}, HERMES_BIN);
    driver = openEngine();
    const small = await startSmallModel(driver);
    model = small;
    modelPort = Number(new URL(small.baseUrl).port);
    onboarded = await world.json<OnboardResult>([
      ...['onboard', '--name', NAME, '--provider', 'llamacpp', '--endpoint', small.baseUrl],
      ...['--model', small.model, '--forward', '--gpu', 'off', '--yes'],
    ]);
    if (onboarded.exitCode !== 0) throw new Error(JSON.stringify(onboarded.error));
  }, 900_000);

  afterAll(async () => {
    await world.dispose();
    await model.dispose();
  }, 120_000);

  it('is onboarded with everything proved, and an answer from the real small model', () => {
    const { record, answer } = onboarded.result;
    expect(answer).toMatch(/Paris/i);
    expect(record?.phase).toBe('ready');
    expect(record?.agent).toMatchObject({ id: 'hermes', version: agent.version, profile: 'compact' });
    expect(record?.proofs.inference?.probe).toMatchObject({ status: 'ok', code: 'ok' });
    expect(record?.provider.contextTokens).toBe(8192);
  });

  it('answers a chat, is ready when it is asked live, and calls itself by its own name', async () => {
    const chat = await world.run([NAME, 'chat', 'What is the capital of Italy? One short sentence.']);
    expect(chat.exitCode).toBe(0);
    expect(chat.stdout.trim().length).toBeGreaterThan(0);
    const { result } = await world.json<StatusResult>([NAME, 'status', '--live']);
    expect(result.live?.reasons).toEqual([]);
    expect(result.live?.verdict).toBe('ready');
    const wrong = await world.run([NAME, 'gatway', 'restart']);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(`nemohermes ${NAME} gateway restart`);
    expect((await world.run(['gateway', 'restart', '--help'])).stdout).toMatch(/nemohermes NAME gateway restart/);
  });

  it('restarts its gateway while every request is answered completely', async () => {
    const container = await driver.inspect(agentIdOf(world, NAME));
    const pulse = startPulse(`http://127.0.0.1:${recordOf(world, NAME).ingressPort}/health`, 100, HOLD_MS + 15_000);
    const restart = await world.json<RestartReport>([NAME, 'gateway', 'restart']);
    const answers = await pulse.stop();
    expect(restart.error).toBeUndefined();
    const { before, after, killed } = restart.result;
    expect([after.pid, after.startTime]).not.toEqual([before?.pid, before?.startTime]);
    expect(killed).toBe(false);
    expect(answers.length).toBeGreaterThan(25);
    expect(answers.filter((answer) => !isKept(answer))).toEqual([]);
    // The gateway was really away: somebody had to wait.
    expect(Math.max(...answers.map((answer) => answer.elapsedMs))).toBeGreaterThan(500);
    const same = await driver.inspect(agentIdOf(world, NAME));
    expect([same?.id, same?.startedAt]).toEqual([container?.id, container?.startedAt]);
    const { result } = await world.json<StatusResult>([NAME, 'status', '--live']);
    expect(result.live?.supervisor?.lastExit).toMatchObject({ code: 75, expected: true });
  }, 120_000);

  it('refuses to restart by a changed configuration or program, and what it cannot do, and leaves its gateway running', async () => {
    const sandbox = { world, driver, name: NAME };
    await refusesWhatWasChanged(sandbox);
    await refusesRestart(sandbox, 'RESTART_UNSUPPORTED_AGENT', ['--soft']);
    const { error } = await world.json([NAME, 'gateway', 'restart', '--soft']);
    expect(error.hint).toMatch(/Leave --soft away: `nemohermes .* gateway restart`/);
  });

  describe('with a model that asks for what the test wants', () => {
    let scripted: ScriptedModel;
    let command = 'id -u';

    beforeAll(async () => {
      await model.dispose();
      scripted = await startScriptedModel({
        port: modelPort,
        models: [{ id: MODEL.id, context: MODEL.contextTokens }],
        respond: (request) => {
          const result = toolResult(request);
          return result === undefined ? toolCall('terminal', { command }) : text(`RESULT ${result}`);
        },
      });
      model = { dispose: () => scripted.close() };
    });

    const run = async (line: string): Promise<string> => {
      command = line;
      const { exitCode, stdout, stderr } = await world.run([NAME, 'chat', 'Please run the command.']);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      const { output } = JSON.parse(stdout.replace(/^[^{]*/, '')) as { output: string };
      return output;
    };

    it('runs a command with its terminal tool, as the uid that is declared, in the workspace', async () => {
      expect(recordOf(world, NAME).agent.isolation).toBe('shared');
      expect(await run('id -u; pwd')).toBe(`${IDS.gateway}\n${PATHS.workspace}`);
    });

    it('keeps its token out of the environment of its tools', async () => {
      const variables = await run('env | cut -d= -f1 | sort | tr "\\n" " "');
      expect(variables).toContain('HERMES_HOME');
      expect(variables).not.toContain('API_SERVER_KEY');
    });
  });

  it('can neither change its sealed configuration nor put another in its place', async () => {
    const attempts = ['rm -f F', 'mv F other', 'ln -sf /tmp/mine F', 'cp /dev/null F', 'chmod u+w F'];
    const tried = ['config.yaml', '.env'].flatMap((file) => attempts.map((attempt) => attempt.replaceAll('F', file)));
    const lines = ['cd /home/gateway/.hermes', ...tried, 'mv /home/gateway/.hermes /home/gateway/mine'];
    const script = `${lines.map((line) => `${line} && echo "DONE ${line}"`).join('\n')}\nreadlink config.yaml .env`;
    const reply = await callSupervisor({ driver, containerId: agentIdOf(world, NAME), timeoutMs: 30_000 }, 'run', {
      as: 'gateway',
      argv: ['/bin/sh', '-c', script],
      timeoutMs: 20_000,
    });
    expect(reply).toMatchObject({
      outcome: 'exited',
      stdout: `DONE cd /home/gateway/.hermes\n${PATHS.sealedAgent}/config.yaml\n${PATHS.sealedAgent}/.env\n`,
    });
  });

  it('is brought back by recover when both containers were stopped', async () => {
    await driver.stop(agentIdOf(world, NAME), { timeoutSeconds: 30 });
    await driver.stop(relayIdOf(world, NAME), { timeoutSeconds: 10 });
    const recovered = await world.json<{ verdict: string }>([NAME, 'recover']);
    expect(recovered.error).toBeUndefined();
    expect(recovered.result.verdict).toBe('healthy');
    expect((await world.json<StatusResult>([NAME, 'status', '--live'])).result.live?.verdict).toBe('ready');
  }, 120_000);

  describe('alive, and its port never opens', () => {
    let withoutHttp = '';

    beforeAll(async () => {
      const { id } = await driver.buildImage(
        {
          tag: `nemoclaw-test-hermes:${recordOf(world, NAME).sandboxId}`,
          dockerfile: `FROM ${recordOf(world, NAME).image.id}\nRUN rm -r /opt/hermes/lib/python3*/site-packages/aiohttp\n`,
          files: [],
          buildArgs: {},
          labels: { [LABELS.managed]: 'true' },
          hostNetwork: false,
        },
        () => undefined,
      );
      withoutHttp = id;
    });
    afterAll(() => driver.removeImage(withoutHttp));

    const output = (sealed: Record<string, string>): AgentConfigOutput => {
      const made = agent.configure({
        sandbox: { id: '00000000-0000-4000-8000-000000000000', name: 'silent' },
        model: { id: MODEL.id, contextTokens: MODEL.contextTokens, baseUrl: 'https://inference.local/v1' },
        profile: agent.profiles.at(-1)!,
        token: '0123456789abcdef0123456789abcdef',
        isolation: 'shared',
      });
      return {
        ...made,
        runtime: { ...made.runtime, startTimeoutMs: GIVE_UP_MS },
        sealed: made.sealed.map(({ path, content }) => ({ path, content: sealed[path] ?? content })),
      };
    };
    it.concurrent.each([
      ['without its HTTP library', 'bare', {}, /aiohttp not installed/, /No adapter could be created/],
      [
        'with a config.yaml that does not parse',
        'whole',
        { 'config.yaml': 'model: [unclosed\n' },
        /Failed to process config\.yaml/,
        /config\.yaml/,
      ],
      [
        'with an empty token',
        'whole',
        { '.env': 'API_SERVER_KEY=\n' },
        /API_SERVER_KEY is required/,
        /No adapter could be created/,
      ],
    ] as const)(
      '%s: given up within its bound, and the error has its last line',
      async (_title, image, sealed, line, last) => {
        const box = await startSupervised(driver, {
          image: image === 'bare' ? withoutHttp : recordOf(world, NAME).image.id,
          agent: output(sealed),
        });
        try {
          const status = await box.until('backoff', GIVE_UP_MS + 30_000);
          expect(status.reason).toContain('never said that it had started');
          expect(status.lastLines.join('\n')).toMatch(line);
          const again = box.call('recover', { timeoutMs: 12_000, settleMs: 0 });
          await expect(again).rejects.toMatchObject({
            code: 'RESTART_HEALTH_TIMEOUT',
            message: expect.stringMatching(new RegExp(`not started after 12 s: .*; its last line: .*${last.source}`)),
          });
        } finally {
          await box.dispose();
        }
      },
      120_000,
    );
  });

  it('is destroyed whole', async () => {
    expect((await world.json([NAME, 'destroy', '--yes'])).exitCode).toBe(0);
    expect(await remains(driver, NAME)).toEqual([]);
  }, 120_000);
});
