import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Envelope, PARENT, ROOT } from './world/cli.ts';
import { openEngine, remains } from './world/engine.ts';

const UID = 64_999;
const NAME = 'plain-user';
const MODEL = { id: 'scripted-1', context: 131_072 };

describe('a user who is not root but may use the engine’s socket, with spaces in every path', () => {
  const driver = openEngine();
  let folder: string;
  let model: ScriptedModel;

  /** As that user: its own home, the socket's group, no capability; the checkout is seen through a bind mount, wherever it lies. */
  const run = async <T = unknown>(...args: string[]) => {
    const { gid } = statSync('/var/run/docker.sock');
    const result = await execa(
      'setpriv',
      [
        ...[
          `--reuid=${UID}`,
          `--regid=${UID}`,
          `--groups=${gid}`,
          '--bounding-set=-all',
          '--inh-caps=-all',
          '--no-new-privs',
        ],
        ...[join(folder, 'the checkout', 'packages/cli/bin/nemoclaw'), ...args, '--json'],
      ],
      {
        reject: false,
        extendEnv: false,
        cwd: folder,
        stdin: 'ignore',
        env: { PATH: '/usr/bin:/bin', HOME: join(folder, 'my home'), USER: 'plain' },
      },
    );
    return { exitCode: result.exitCode, stderr: result.stderr, ...(JSON.parse(result.stdout) as Envelope<T>) };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nemoclaw plain '));
    await execa('chown', [String(UID), folder]);
    const data = join(folder, 'my home', '.local', 'share', 'nemoclaw');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'config.json'), JSON.stringify({ image: { parent: PARENT } }));
    await execa('chown', ['-R', String(UID), join(folder, 'my home')]);
    mkdirSync(join(folder, 'the checkout'));
    await execa('mount', ['--bind', ROOT, join(folder, 'the checkout')]);
    model = await startScriptedModel({ models: [MODEL], respond: () => text('Hello from the script.') });
  }, 60_000);

  afterAll(async () => {
    await run('destroy', NAME, '--yes');
    await model.close();
    await execa('umount', [join(folder, 'the checkout')]);
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('onboards, is answered, restarts and destroys as root does', async () => {
    const onboarded = await run(
      ...[
        'onboard',
        '--name',
        NAME,
        '--provider',
        'openai-compatible',
        '--endpoint',
        model.baseUrl,
        '--model',
        MODEL.id,
        '--forward',
        '--yes',
      ],
    );
    expect(onboarded.error).toBeUndefined();
    expect(onboarded.exitCode).toBe(0);
    const answer = await run<{ text: string }>(NAME, 'chat', 'Hello?');
    expect(answer.result.text).toContain('Hello from the script.');
    expect((await run(NAME, 'gateway', 'restart')).error).toBeUndefined();
    const live = await run<{ live: { verdict: string } }>(NAME, 'status', '--live');
    expect(live.result.live.verdict).toBe('ready');
  }, 300_000);

  it('keeps its secrets to itself', () => {
    const sandbox = join(folder, 'my home', '.local', 'share', 'nemoclaw', 'sandboxes', NAME);
    expect(statSync(sandbox).mode & 0o777).toBe(0o700);
    const token = join(sandbox, 'secrets', 'ingress.token');
    expect(statSync(token).mode & 0o777).toBe(0o600);
    expect(statSync(token).uid).toBe(UID);
    expect(readFileSync(join(sandbox, 'sandbox.json'), 'utf8')).not.toContain(readFileSync(token, 'utf8'));
  });

  it('leaves nothing when it is destroyed', async () => {
    expect((await run('destroy', NAME, '--yes')).error).toBeUndefined();
    expect(await remains(driver, NAME)).toEqual([]);
  }, 60_000);
});
