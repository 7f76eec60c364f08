import { writeFile } from 'node:fs/promises';
import { sandboxRecordSchema } from '@nemoclaw/core/schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { z } from 'zod';
import { GENERATED } from '../src/generated.ts';
import { GENERATED_DIR } from './paths.ts';

/** zod's schema of a sandbox's record as plain code: 1 ms to load where zod takes 40. */
export async function recordValidatorCode(): Promise<string> {
  const schema = z.toJSONSchema(sandboxRecordSchema, { io: 'output', unrepresentable: 'throw' });
  const ajv = new Ajv2020({
    code: { source: true, esm: true, lines: false },
    strict: false,
    validateFormats: false,
    messages: false,
  });
  const code = standalone.default(ajv, ajv.compile(schema));
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: GENERATED_DIR, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    write: false,
  });
  return outputFiles[0]!.text;
}

export async function writeRecordValidator(): Promise<void> {
  await writeFile(`${GENERATED_DIR}/${GENERATED.recordValidator}`, await recordValidatorCode());
}
