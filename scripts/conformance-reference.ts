import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  AGENT_MUSTS,
  DRIVER_ENGINE_MUSTS,
  DRIVER_MUSTS,
  GPU_MUSTS,
  PROBE_MUSTS,
} from '../packages/testkit/src/conformance/musts.ts';

export const CONFORMANCE_PAGE = new URL('../docs/reference/conformance.md', import.meta.url);

const KINDS: [string, string, Record<string, string>][] = [
  ['GPU strategies', 'testGpuStrategy', GPU_MUSTS],
  ['Probes', 'testProbe', PROBE_MUSTS],
  ['Agents', 'testAgent', AGENT_MUSTS],
  ['Drivers', 'testDriver', DRIVER_MUSTS],
  ['Drivers on their engine', 'testDriverOnEngine', DRIVER_ENGINE_MUSTS],
];

/** The page docs/reference/conformance.md. */
export const renderConformance = (): string =>
  [
    '# What the contract asks',
    '',
    'Generated from `packages/testkit/src/conformance/musts.ts` by `scripts/conformance-reference.ts`; do not edit by hand.',
    'Each MUST is one check of its suite, and the testkit has a mutant that breaks it and fails that check alone. A test',
    'that fails is called `MUST <number> (<id>): …`, as here.',
    '',
    ...KINDS.flatMap(([title, suite, musts]) => [
      `## ${title}: \`${suite}\``,
      '',
      ...Object.entries(musts).map(([id, text], index) => `${index + 1}. **${id}**: ${text}`),
      '',
    ]),
  ].join('\n');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(CONFORMANCE_PAGE, renderConformance());
