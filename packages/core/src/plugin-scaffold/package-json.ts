import { API_VERSION, type ContributionKind } from '@nemoclaw/plugin-api';

/** Versions that a new plugin begins with; those of the contract and the testkit are the program's own. */
export interface ScaffoldVersions {
  program: string;
  vitest: string;
}

/** Plain JavaScript with types in comments: what is published is what was written, there is nothing to build. */
export const packageJson = (kind: ContributionKind, id: string, name: string, versions: ScaffoldVersions): string =>
  `${JSON.stringify(
    {
      name,
      version: '0.1.0',
      description: `A ${kind} for NemoClaw.`,
      license: 'Apache-2.0',
      type: 'module',
      engines: { node: '>=24.16.0' },
      exports: { '.': './src/index.js', './package.json': './package.json' },
      files: ['src/index.js', 'README.md'],
      scripts: { test: 'vitest run' },
      nemoclaw: { api: API_VERSION, contributes: { [kind]: [{ id, module: './src/index.js' }] } },
      dependencies: { '@nemoclaw/plugin-api': `^${versions.program}` },
      devDependencies: { '@nemoclaw/testkit': `^${versions.program}`, vitest: versions.vitest },
      // Found by whoever looks for plugins in a registry.
      keywords: ['nemoclaw-plugin', `nemoclaw-${kind}`],
    },
    null,
    2,
  )}\n`;
