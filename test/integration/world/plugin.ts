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

/** A GPU strategy that takes whatever the engine has. */
export const gpuPackage = (name: string): ReturnType<typeof probePackage> => ({
  document: {
    name,
    version: '1.0.0',
    type: 'module',
    nemoclaw: { api: '1.0', contributes: { gpu: [{ id: name, module: './gpu.js' }] } },
  },
  files: {
    'gpu.js': `export default {
  kind: 'gpu', id: '${name}', title: 'A GPU of somebody else', explain: () => 'There is nothing to explain.',
  detect: () => ({ strategy: '${name}', applicable: true, priority: 1, reason: 'fits', evidence: [], warnings: [], activation: 'create' }),
  prepare: () => ({}), prove: async () => ({}),
};
`,
  },
});

/** Commands by id and the body of their `run(argv, config)`, with the list that oclif reads. */
export const commandPackage = (name: string, commands: Record<string, string>): ReturnType<typeof probePackage> => ({
  document: { name, version: '1.0.0', type: 'module', nemoclaw: { api: '1.0' }, oclif: { commands: './commands' } },
  files: {
    'oclif.manifest.json': JSON.stringify({
      version: '1.0.0',
      commands: Object.fromEntries(
        Object.keys(commands).map((id) => [id, { id, aliases: [], args: {}, flags: {}, summary: `Does ${id}.` }]),
      ),
    }),
    ...Object.fromEntries(
      Object.entries(commands).map(([id, body]) => [
        `commands/${id.replaceAll(':', '/')}.js`,
        `export default class { static async run(argv, config) { ${body} } }\n`,
      ]),
    ),
  },
});
