import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { leaked } from '../../../packages/core/src/redaction/planted.fixture.ts';
import { makeWorld, type World } from './cli.ts';
import { QUICK } from './core.ts';
import { freePort } from './port.ts';
import { makeTelltale, type Telltale } from './telltale.ts';

const MODEL = { id: 'scripted-1', context: 131_072 };

export interface Summary {
  failure: string;
  rolledBack: string;
  ids: { old: string; new: string };
  step: string;
  error: { code: string };
  timings: { evidenceMs: number; undoMs: number; startedAt: string };
}

export interface ToldWorld {
  world: World;
  telltale: Telltale;
  /** Arguments of an onboard of that name with the telltale as its agent. */
  onboard(name: string): string[];
  dispose(): Promise<void>;
}

/** A home in which the telltale is linked, and a model for it. */
export const makeToldWorld = async (): Promise<ToldWorld> => {
  const world = makeWorld(QUICK);
  const telltale = makeTelltale(join(world.home, '..', 'telltale'));
  telltale.become('1.0.0');
  const model: ScriptedModel = await startScriptedModel({
    models: [MODEL],
    respond: () => text('hello'),
    host: '0.0.0.0',
  });
  const port = String(await freePort());
  const linked = await world.json(['plugins', 'link', telltale.folder]);
  if (linked.exitCode !== 0) throw new Error(linked.error.message);
  return {
    world,
    telltale,
    onboard: (name) => [
      ...['onboard', '--name', name, '--agent', 'telltale', '--provider', 'openai-compatible', '--port', port],
      ...['--endpoint', model.baseUrl, '--model', MODEL.id, '--gpu', 'off', '--no-smoke', '--yes'],
    ],
    async dispose() {
      telltale.pass(true);
      await model.close();
      await world.dispose();
    },
  };
};

/** What of all that was planted stands in the text, with what else may not. */
export const found = (where: string, more: string[] = []): string[] => leaked(where, ['quiet-by-label', ...more]);

/** The newest evidence in a folder, its summary, and in which of its files something is found. */
export const newestEvidence = (
  parent: string,
): { folder: string; names: string[]; summary: Summary; told: string[] } => {
  const folder = join(parent, readdirSync(parent).sort().at(-1) ?? '');
  const names = readdirSync(folder).sort();
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const told = names.filter((name) => found(read(name)).length > 0);
  return { folder, names, summary: JSON.parse(read('summary.json')) as Summary, told };
};
