import type { PackageFiles } from './registry.ts';

export interface ProbePackage {
  version?: string;
  api?: string;
  id?: string;
  module?: string;
  twice?: boolean;
  nemoclaw?: object;
  hooks?: Record<string, string>;
  oclif?: object;
  scripts?: Record<string, string>;
  files?: PackageFiles;
}

/** A probe that is content with everything. */
export const probeFile = (id: string): string => `
export default {
  kind: 'probe', id: '${id}', title: 'A probe of somebody else', when: ['on-demand'],
  applies: () => true,
  run: async (context) => ({
    probe: '${id}', status: 'ok', code: 'ok', layer: 'tool', summary: 'content', remedy: [], evidence: {}, elapsedMs: 0,
  }),
};
`;

/** A whole plugin of somebody else: one probe, one hook, no dependency. */
export const probePackage = (
  name: string,
  {
    version = '1.0.0',
    api = '1.0',
    id = name.split('/').at(-1) ?? name,
    module = './probe.js',
    ...over
  }: ProbePackage = {},
): { document: Record<string, unknown> & { version: string }; files: PackageFiles } => {
  const entry = { id, module };
  return {
    document: {
      name,
      version,
      type: 'module',
      nemoclaw: { api, contributes: { probe: over.twice ? [entry, entry] : [entry] }, ...over.nemoclaw },
      oclif: { hooks: over.hooks ?? { 'pre-create': './hook.js' }, ...over.oclif },
      ...(over.scripts ? { scripts: over.scripts } : {}),
    },
    files: { 'probe.js': probeFile(id), 'hook.js': 'export default () => undefined;\n', ...over.files },
  };
};
