import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { findEngine } from '../engine/find.ts';
import { importImage } from './import-image.ts';
import { openDriver } from './setup.ts';

const socketOfEngine = async (): Promise<string> => {
  const engine = await findEngine(process.env);
  if (engine.state !== 'usable') throw new Error(`the engine is ${engine.state}`);
  return engine.socket;
};

it('makes an image of a root file system, and of a broken one an error in the engine’s words', async () => {
  const driver = openDriver();
  const socket = await socketOfEngine();
  const reference = `nemoclaw-test-import-${randomBytes(4).toString('hex')}:test`;
  const folder = mkdtempSync(join(tmpdir(), 'an import-'));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true, force: true });
    await driver.removeImage(reference);
  });
  mkdirSync(join(folder, 'root'));
  writeFileSync(join(folder, 'root/hello'), 'hello');
  const tarball = join(folder, 'root.tar');
  await execa('tar', ['-cf', tarball, '-C', join(folder, 'root'), '.']);

  await importImage({ socket, tarball, reference });
  expect(await driver.findImage(reference)).toMatchObject({ tags: [reference] });

  writeFileSync(join(folder, 'broken.tar'), 'x'.repeat(2_000));
  const broken = importImage({ socket, tarball: join(folder, 'broken.tar'), reference: 'nemoclaw-test-broken:test' });
  await expect(broken).rejects.toThrow(/did not import nemoclaw-test-broken:test: .*tar/);
  expect(await driver.findImage('nemoclaw-test-broken:test')).toBeUndefined();
});
