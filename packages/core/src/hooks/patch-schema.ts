import { z } from 'zod';

const text = z
  .string()
  .max(32_768)
  .regex(/^[^\0]*$/, 'must not hold a NUL');
const positive = z.number().positive().finite();
const id = z.string().regex(/^[\w.:/=@+-]{1,256}$/, 'is not the name of a device');

/** The shape of a patch. Strict: a key that is not here is refused, not passed over. */
export const patchSchema = z.strictObject({
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'is not the name of a variable'), text).optional(),
  labels: z.record(z.string().regex(/^[a-z0-9][a-zA-Z0-9._/-]{0,127}$/, 'is not the name of a label'), text).optional(),
  limits: z
    .strictObject({
      memoryBytes: z
        .int()
        .min(64 << 20)
        .optional(),
      pids: z.int().min(32).max(65_536).optional(),
      cpus: positive.max(4096).optional(),
      nofile: z.int().min(256).max(1_048_576).optional(),
    })
    .optional(),
  devices: z
    .array(
      z.strictObject({
        pathOnHost: z.string().max(256),
        pathInContainer: z.string().max(256),
        permissions: z.string().regex(/^(?!.*(.).*\1)[rwm]{1,3}$/, 'must be made of r, w and m'),
      }),
    )
    .max(256)
    .optional(),
  deviceRequests: z
    .array(
      z.strictObject({
        driver: z.string().regex(/^[a-z0-9._-]{0,64}$/, 'is not the name of a device driver'),
        count: z.int().min(-1).max(256),
        deviceIds: z.array(id).max(256),
        capabilities: z.array(z.array(z.string().regex(/^[a-z0-9._-]{1,64}$/)).max(32)).max(32),
      }),
    )
    .max(32)
    .optional(),
  runtime: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'is not the name of a runtime')
    .optional(),
  groups: z.array(z.int().min(1).max(4_294_967_294)).max(256).optional(),
  mounts: z
    .array(
      z.strictObject({
        type: z.literal('volume', 'must be "volume": a plugin mounts no folder of the host'),
        source: z.string().max(200),
        target: z.string().max(256),
        readOnly: z.literal(true, 'must be true: a plugin mounts read-only'),
      }),
    )
    .max(32)
    .optional(),
});
