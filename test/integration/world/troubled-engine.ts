import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import driverContribution from '@nemoclaw/driver-docker';
import { type ScriptedEngine, startScriptedEngine } from '@nemoclaw/testkit/scripted-engine';
import { codedError } from '../../../packages/core/src/errors/index.ts';
import { failureReporter } from '../../../packages/core/src/lifecycle/failure.ts';
import { servicesAt } from '../../../packages/core/src/lifecycle/services.fixture.ts';

export interface TroubledCapture {
  elapsedMs: number;
  /** Of the summary: each file with its time, and why it is missing. */
  files: { file: string; elapsedMs: number; missing?: string }[];
  failure: string;
}

/** What evidence of a replacement comes to, by the real driver and the bounds that hold for users, on such an engine. */
export const captureOn = async (script: (engine: ScriptedEngine) => void): Promise<TroubledCapture> => {
  const home = mkdtempSync(join(tmpdir(), 'nemoclaw troubled '));
  const engine = await startScriptedEngine();
  script(engine);
  try {
    const { onFailure } = failureReporter({
      services: servicesAt(home),
      driver: driverContribution.create({ env: { DOCKER_HOST: engine.dockerHost } }),
      name: 'demo',
      operation: 'gpu-set',
      hookInput: () => ({ sandbox: { id: 's1', name: 'demo' }, operation: 'op', agent: 'tiny' }),
      containers: () => ({ replacement: 'b'.repeat(64), incumbent: 'a'.repeat(64) }),
    });
    const begin = performance.now();
    const details = await onFailure(codedError('ENGINE_TIMEOUT'), 'start', undefined, new AbortController().signal);
    const elapsedMs = performance.now() - begin;
    const folder = String(details?.evidence);
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as TroubledCapture;
    const there = readdirSync(folder).filter((file) => file !== 'summary.json');
    const told = summary.files.filter(({ missing }) => missing === undefined).map(({ file }) => file);
    if (there.sort().join() !== told.sort().join()) throw new Error(`the summary names ${told}, there are ${there}`);
    return { ...summary, elapsedMs };
  } finally {
    await engine.close();
    rmSync(home, { recursive: true });
  }
};
