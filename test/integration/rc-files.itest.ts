import { type Driver, IDS } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FakeSandbox, startFakeSandbox } from './supervisor/sandbox.ts';
import { openEngine } from './world/engine.ts';

const STALE = 'export HTTPS_PROXY=http://10.9.9.9:3128\nexport SSL_CERT_FILE=/gone.pem\n';

describe('rc files in homes that outlive the container', () => {
  let driver: Driver;
  let box: FakeSandbox;
  let logs: string[] = [];

  const sh = async (as: 'gateway' | 'tools', script: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await box.run(as, ['/bin/sh', '-c', script]);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };

  beforeAll(async () => {
    driver = openEngine();
    box = await startFakeSandbox(driver);
    await box.until('running');
    await sh('tools', `printf '# mine\\n${STALE}alias ll="ls -l"\\n' > ~/.bashrc; chmod 640 ~/.bashrc`);
    await sh('tools', 'echo "the gateway reads this" > /workspace/target; ln -s /workspace/target ~/.profile');
    await sh('tools', 'mkdir ~/.bash_login; mkfifo ~/.bash_profile');
    await sh('gateway', `printf '${STALE}umask 077\\n' > ~/.profile; ln -s /etc/nemoclaw/agent ~/.bashrc`);
    await driver.stop(box.containerId, { timeoutSeconds: 20 });
    await driver.start(box.containerId);
    await box.until('running');
    // It goes on while the gateway starts.
    const allSaid = async (): Promise<void> => {
      logs = [];
      for await (const { text } of driver.logs(box.containerId, { tail: 200, follow: false }))
        if (/ took |\[SECURITY\]/.test(text)) logs.push(text);
      expect(logs).toHaveLength(6);
    };
    await vi.waitFor(allSaid, { timeout: 30_000, interval: 250 });
  }, 120_000);
  afterAll(() => box?.dispose());

  it('lose what would lead programs away from the model, and keep the rest and their mode', async () => {
    expect(await sh('tools', 'cat ~/.bashrc; stat -c "%a %u" ~/.bashrc')).toBe(
      `# mine\nalias ll="ls -l"\n640 ${IDS.tools}\n`,
    );
    expect(await sh('gateway', 'cat ~/.profile')).toBe('umask 077\n');
    expect(logs).toContainEqual(expect.stringMatching(/tools: took HTTPS_PROXY, SSL_CERT_FILE out of .*\.bashrc/));
    expect(logs).toContainEqual(expect.stringMatching(/gateway: took HTTPS_PROXY, SSL_CERT_FILE out of .*\.profile/));
  });

  it('are left as they are when they are not plainly their owner’s, with a line that says so', async () => {
    for (const [path, why] of [
      ['/home/tools/.profile', 'it is a link'],
      ['/home/tools/.bash_profile', 'it is not a regular file'],
      ['/home/tools/.bash_login', 'it is not a regular file'],
      ['/home/gateway/.bashrc', 'it is a link'],
    ])
      expect(logs).toContainEqual(expect.stringContaining(`[SECURITY] ${path} is left as it is: ${why}`));
    expect(await sh('tools', 'cat /workspace/target; readlink ~/.profile')).toBe(
      'the gateway reads this\n/workspace/target\n',
    );
  });

  it('never keep the container from starting', async () => {
    expect((await box.status()).state).toBe('running');
    expect(await sh('tools', "ls -A ~ | grep -E 'nemoclaw-[0-9a-f]{12}' || true")).toBe('');
  });
});
