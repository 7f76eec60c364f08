import { readdir, rm } from 'node:fs/promises';
import { buildApp, buildBins } from './build-code.ts';
import { writeBuiltinIndex } from './builtin-index.ts';
import { writeHelp } from './help-text.ts';
import { writeCommandIndex, writeManifest } from './manifest.ts';
import { DIST, PACKAGE } from './paths.ts';
import { writeRecordValidator } from './record-validator.ts';
import { writeReference } from './reference.ts';

// A command that was removed must not live on in an old build. `types` is tsc's.
for (const entry of await readdir(DIST).catch(() => [])) {
  if (entry !== 'types') await rm(`${DIST}/${entry}`, { recursive: true, force: true });
}
await rm(`${PACKAGE}/oclif.manifest.json`, { force: true });
await buildApp();
await buildBins();
await writeBuiltinIndex();
await writeRecordValidator();
await writeManifest();
await writeCommandIndex();
await writeHelp();
await writeReference();
