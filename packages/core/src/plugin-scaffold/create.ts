import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContributionKind } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';
import { naming } from '../state/atomic-file.ts';
import { packageJson } from './package-json.ts';
import { readme } from './readme.ts';
import type { Template } from './template.ts';
import { agentTemplate } from './templates/agent.ts';
import { driverTemplate } from './templates/driver.ts';
import { gpuTemplate } from './templates/gpu.ts';
import { probeTemplate } from './templates/probe.ts';

const TEMPLATES: Record<ContributionKind, Template> = {
  driver: driverTemplate,
  agent: agentTemplate,
  gpu: gpuTemplate,
  probe: probeTemplate,
};

/** Range that the templates were written for. */
const VITEST = '^5.1.1';

export interface NewPlugin {
  kind: ContributionKind;
  /** Name of the package: `my-gpu`, `@acme/my-gpu`. Its last part is the id of the contribution. */
  name: string;
  /** Where to; made, or empty. */
  folder: string;
  /** Version of this program, which the contract and the testkit share. */
  version: string;
}

const NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?([a-z][a-z0-9-]{0,40})$/;

/** Pure: every file of the new package by path. PLUGIN_SPEC_INVALID for a name that would be refused at install. */
export const pluginFilesOf = ({ kind, name, version }: Omit<NewPlugin, 'folder'>): Record<string, string> => {
  const id = NAME.exec(name)?.[1];
  if (id === undefined)
    throw codedError('PLUGIN_SPEC_INVALID', {
      message: `${JSON.stringify(name)} cannot be the name of a plugin.`,
      hint: 'Lower-case letters, digits and dashes, with a scope or without: `my-gpu`, `@acme/my-gpu`.',
    });
  return {
    'package.json': packageJson(kind, id, name, { program: version, vitest: VITEST }),
    'README.md': readme(kind, id, name),
    ...TEMPLATES[kind](id),
  };
};

/** Writes a new package; PLUGIN_TARGET_EXISTS when there is something in the folder already. */
export const createPlugin = async (input: NewPlugin): Promise<{ folder: string; files: string[] }> => {
  const files = pluginFilesOf(input);
  const there = await readdir(input.folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw codedError('PLUGIN_TARGET_EXISTS', { message: `${input.folder} is no folder to write to.`, cause: error });
  });
  if (there.length > 0)
    throw codedError('PLUGIN_TARGET_EXISTS', { message: `${input.folder} is there already and not empty.` });
  for (const [path, content] of Object.entries(files)) {
    const target = join(input.folder, path);
    await naming(target, async () => {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content, { flag: 'wx' });
    });
  }
  return { folder: input.folder, files: Object.keys(files) };
};
