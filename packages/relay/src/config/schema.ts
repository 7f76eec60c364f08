import * as z from 'zod';
import { CALLS, type RelayConfig } from '../protocol.ts';

const port = z.int().min(1).max(65535);
const positive = z.int().positive();
/** A file beside relay.json: a name, never a path. */
const fileName = z.string().regex(/^[\w-][\w.-]{0,127}$/, 'must be a file name without folders');
const headerName = z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be a header name in lower case');
const headerValue = z.string().regex(/^[\x20-\x7e]{0,1024}$/, 'must be printable ASCII');
const cidr = z.cidrv4();

const baseUrl = z.string().superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    context.addIssue('must be an http or https address');
  } else if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    context.addIssue('must have neither user information, query nor fragment');
  }
});

const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('bearer'), keyFile: fileName }),
  z.strictObject({ kind: z.literal('header'), header: headerName, keyFile: fileName }),
]);

/** Unknown fields are refused: a setting that the relay would silently ignore is worse than one that stops it. */
export const relayConfigSchema: z.ZodType<RelayConfig> = z.strictObject({
  version: z.literal(1),
  sandboxId: z.string().min(1).max(64),
  inference: z.strictObject({
    port,
    certificateFile: fileName,
    keyFile: fileName,
    provider: z.strictObject({
      id: z.string().min(1).max(64),
      baseUrl,
      auth,
      headers: z.record(headerName, headerValue),
      allowed: z.array(z.enum(CALLS)),
      caFile: fileName.exactOptional(),
    }),
    limits: z.strictObject({
      bodyBytes: positive,
      concurrent: positive,
      headersTimeoutMs: positive,
      idleTimeoutMs: positive,
      totalTimeoutMs: positive,
    }),
  }),
  ingress: z.strictObject({
    port,
    target: z.strictObject({ host: z.string().min(1).max(253), port }),
    holdMs: z.union([positive, z.literal('off')]),
    concurrent: positive,
    bodyBytes: positive,
  }),
  egress: z.strictObject({ port, mode: z.literal('closed') }),
  interfaces: z.strictObject({ sandbox: cidr, egress: cidr }),
});
