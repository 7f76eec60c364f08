import { expect, it } from 'vitest';
import { createRedactor, REDACTED } from '../redaction/index.ts';
import { driverOf } from './driver.fixture.ts';
import { learningDriver } from './learning-driver.ts';

it('hides from then on what a container was given, by its plan or by its inspect', async () => {
  const redactor = createRedactor();
  const driver = learningDriver(
    driverOf({
      create: async () => ({ id: 'c1' }),
      inspectRaw: async () => ({
        Path: '/init',
        Args: ['serve', '--password', 'by-argument-1'],
        Config: { Env: ['ACME_TOKEN=by-inspect-1', 'HOME=/home/someone'], Labels: { 'acme.secret': 'by-label-1' } },
      }),
    }),
    redactor,
  );
  await driver.create({ env: { DB_PASSWORD: 'by-plan-1' }, command: ['x', '--api-key=by-command-1'] } as never);
  await driver.inspectRaw('c1');
  const text = 'by-plan-1 by-command-1 by-argument-1 by-inspect-1 by-label-1 /home/someone';
  expect(redactor.redactText(text)).toBe(`${Array(5).fill(REDACTED).join(' ')} /home/someone`);
});

it('is the driver itself in everything else', async () => {
  const driver = learningDriver(driverOf({ stop: async () => undefined }), createRedactor());
  await expect(driver.stop('c1', { timeoutSeconds: 1 })).resolves.toBeUndefined();
  expect(() => driver.start('c1')).toThrow('no start');
});
