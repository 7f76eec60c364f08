import type { HealthPredicate, ToolsHost } from '@nemoclaw/plugin-api';
import type { SupervisorConfig } from '../protocol.ts';

type Check = (value: unknown, path: string) => void;

const fail = (path: string, expected: string): never => {
  throw new Error(`supervisor.json: ${path} is not ${expected}`);
};
const text: Check = (value, path) => void (typeof value === 'string' || fail(path, 'a text'));
const absolute: Check = (value, path) =>
  void ((typeof value === 'string' && value.startsWith('/')) || fail(path, 'an absolute path'));
const whole: Check = (value, path) =>
  void ((Number.isSafeInteger(value) && (value as number) >= 0) || fail(path, 'a whole number'));
const port: Check = (value, path) =>
  void ((Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536) || fail(path, 'a port'));
const oneOf =
  (...values: unknown[]): Check =>
  (value, path) =>
    void (values.includes(value) || fail(path, `one of ${values.join(', ')}`));
const list =
  (item: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? value.forEach((entry, index) => void item(entry, `${path}[${index}]`))
      : fail(path, 'a list');
const record =
  (item: Check): Check =>
  (value, path) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).forEach(([key, entry]) => void item(entry, `${path}.${key}`))
      : fail(path, 'an object');
const optional =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? undefined : check(value, path);
const object =
  (fields: Record<string, Check>): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(path, 'an object');
    for (const [key, check] of Object.entries(fields)) check((value as Record<string, unknown>)[key], `${path}.${key}`);
  };

const predicate = object({
  path: absolute,
  status: whole,
  field: optional(
    object({ name: text, equals: (value, path) => oneOf('string', 'boolean', 'number')(typeof value, path) }),
  ),
} satisfies Record<keyof HealthPredicate, Check>);

const command: Check = (value, path) => {
  list(text)(value, path);
  absolute((value as string[])[0], `${path}[0]`);
};

const tools = object({
  command,
  env: record(text),
  cwd: absolute,
  port: optional(port),
  liaison: optional(object({ command, timeoutMs: whole })),
  givesUp: optional(list(text)),
  startTimeoutMs: whole,
} satisfies Record<keyof ToolsHost, Check>);

const schema = object({
  version: oneOf(1),
  sandboxId: text,
  generation: text,
  groups: list(whole),
  sealedHashes: record(text),
  sealedToolsHashes: optional(record(text)),
  frontDoorPort: port,
  stateDir: absolute,
  healthEveryMs: optional(whole),
  runtime: object({
    agent: text,
    version: text,
    command,
    env: record(text),
    cwd: absolute,
    gatewayPort: port,
    health: object({ live: predicate, started: predicate, ready: optional(predicate) }),
    stop: object({
      signal: oneOf('SIGTERM', 'SIGINT', 'SIGUSR1', 'SIGUSR2'),
      drainMs: whole,
      expectedExitCodes: list(whole),
    }),
    softRestart: optional(object({ signal: oneOf('SIGUSR1', 'SIGUSR2'), uptimeField: text })),
    configRefusedExitCodes: list(whole),
    startTimeoutMs: whole,
    tools: optional(tools),
  }),
});

/** Throws with the field's name when the text is not a configuration that this supervisor can run by. */
export const parseSupervisorConfig = (json: string): SupervisorConfig => {
  const value: unknown = JSON.parse(json);
  schema(value, '$');
  const config = value as SupervisorConfig;
  if (config.frontDoorPort === config.runtime.gatewayPort)
    fail('$.runtime.gatewayPort', 'another port than the front door’s');
  return config;
};
