import { z } from 'zod';
import { stripControl } from '../redaction/index.ts';
import { gpuProof, probeResult } from '../state/schemas.ts';

const line = z.string().max(10_000).transform(stripControl);

/** What core goes by of what contributions return; `image` and `configure` are judged by the build and by the supervisor. */
export const OUTPUTS = {
  applies: z.union([z.literal(true), line]),
  run: probeResult.extend({ summary: line, remedy: z.array(line) }),
  prove: gpuProof.extend({ summary: line, remedy: z.array(line) }),
  detect: z.object({
    strategy: z.string(),
    applicable: z.boolean(),
    priority: z.number(),
    reason: line,
    evidence: z.array(line),
    warnings: z.array(line),
    activation: z.enum(['create', 'replace']),
  }),
  // The patch itself is judged where it is applied.
  candidates: z
    .array(z.object({ id: z.string().regex(/^[a-z0-9-]{1,40}$/), title: line, patch: z.record(z.string(), z.json()) }))
    .max(16),
  chat: z.object({ text: z.string(), finishReason: z.string(), usage: z.record(z.string(), z.json()).optional() }),
  explain: line,
} satisfies Record<string, z.ZodType>;
