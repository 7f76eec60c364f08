import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { codedError, issueWords } from '../errors/index.ts';
import { isPrivateRange } from './private-range.ts';
import { SETTINGS, type SettingName } from './settings.ts';

export interface Config {
  /** Image that the sandbox base is built on. */
  parentImage: string;
  /** Further roots that image builds trust: `auto` takes the host's bundle where one is found, else a PEM file's path. */
  buildCa: string;
  buildHostNetwork: boolean;
  /** Private IPv4 range that sandbox networks are cut from, CIDR. */
  subnetRange: string;
  /** Absent takes the first one installed. */
  driver?: string;
  /** How long ingress holds a request while the gateway is away; `off` passes failures on. */
  holdMs: number | 'off';
  /** How long a restarted gateway must stay healthy. */
  settleMs: number;
  restartTimeoutMs: number;
  /** How long the gateway of a new sandbox may take to start. */
  startTimeoutMs: number;
  /** How often the supervisor asks a running gateway whether it lives; written into a sandbox when it is made. */
  healthEveryMs: number;
  undoBudgetMs: number;
  /** HTTP_PROXY and its kin, for image builds only. */
  proxyEnv: Record<string, string>;
  npmRegistry?: string;
  /** Plugins by name, `name@version` or `@scope/*` that may be installed without asking; absent is none. */
  pluginAllow?: string[];
  /** Whether plugins may be installed from git addresses. */
  pluginGit: boolean;
  /** Where the user has a provider, by provider id. */
  providers: Record<string, { baseUrl: string }>;
}

type Env = Readonly<Record<string, string | undefined>>;

const DAY_MS = 86_400_000;
// Numbers and booleans come as text from the environment and as themselves from the file.
const ms = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^-?\d+(\.\d+)?$/)
        .transform(Number),
    ],
    { error: 'is no number of milliseconds' },
  )
  .pipe(z.number().int('is no whole number').min(0, 'is below 0').max(DAY_MS, 'is above a day'));
const positiveMs = ms.refine((value) => value > 0, 'is not above 0');
const word = z.string().regex(/^\S+$/, 'is empty or holds white space');
const httpUrl = z.url({ protocol: /^https?$/, error: 'is no http or https address' });

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
  error: 'is neither true nor false',
});
const pluginName = z.string().regex(/^(?:@[a-z0-9._~-]+\/\*|(?:@[a-z0-9._~-]+\/)?[a-z0-9._~-]+(?:@[\w.+-]+)?)$/);

const VALUES = {
  parentImage: word,
  buildCa: z.string().min(1, 'is empty'),
  buildHostNetwork: flag,
  subnetRange: z.string().refine(isPrivateRange, 'is no private IPv4 range in CIDR notation between /8 and /22'),
  driver: word,
  holdMs: z.union([z.literal('off'), ms], { error: 'is neither `off` nor a number of milliseconds' }),
  settleMs: ms,
  restartTimeoutMs: positiveMs,
  startTimeoutMs: positiveMs,
  healthEveryMs: ms.refine((value) => value >= 100, 'is below 100'),
  undoBudgetMs: positiveMs,
  pluginAllow: z.union(
    [
      z.array(pluginName),
      z
        .string()
        .transform((text) =>
          text
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== ''),
        )
        .pipe(z.array(pluginName)),
    ],
    { error: 'is no list of package names' },
  ),
  pluginGit: flag,
} satisfies Record<SettingName, z.ZodType>;

const fileSchema = z.strictObject({
  image: z.strictObject({ parent: z.unknown() }).partial().optional(),
  buildCa: z.unknown().optional(),
  buildHostNetwork: z.unknown().optional(),
  subnetRange: z.unknown().optional(),
  driver: z.unknown().optional(),
  holdMs: z.unknown().optional(),
  settleMs: z.unknown().optional(),
  restartTimeoutMs: z.unknown().optional(),
  startTimeoutMs: z.unknown().optional(),
  healthEveryMs: z.unknown().optional(),
  undoBudgetMs: z.unknown().optional(),
  plugins: z.strictObject({ allow: z.unknown(), git: z.unknown() }).partial().optional(),
  providers: z.record(z.string(), z.strictObject({ baseUrl: httpUrl })).optional(),
});
type ConfigFile = z.infer<typeof fileSchema>;

const refuse = (what: string, why: string, details: Record<string, string>) =>
  codedError('USAGE', {
    message: `${what} ${why}.`,
    hint: 'docs/reference/settings.md lists what can be set and how.',
    details,
  });

const issueText = (error: z.ZodError): string => {
  const issue = error.issues[0];
  return issue
    ? [issue.path.join('.'), issueWords(issue)].filter((part) => part !== '').join(' ')
    : 'is not understood';
};

const readFile = (path: string): ConfigFile => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw refuse(path, `can't be read: ${(cause as Error).message}`, { path });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(path, 'is not JSON', { path });
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) throw refuse(path, `is not understood: ${issueText(parsed.error)}`, { path });
  return parsed.data;
};

const PROXY_VARIABLE = /^(https?|ftp|all|no)_proxy$/i;

const proxyEnvOf = (env: Env): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (PROXY_VARIABLE.test(name) && value ? [[name, value]] : [])),
  );

/** Settings from `NEMOCLAW_*` and `<home>/config.json`; USAGE names the variable or the key of a bad value. */
export const readConfig = (env: Env, home: string): Config => {
  const path = join(home, 'config.json');
  const file = readFile(path);
  const fromFile: Partial<Record<SettingName, unknown>> = {
    ...file,
    parentImage: file.image?.parent,
    pluginAllow: file.plugins?.allow,
    pluginGit: file.plugins?.git,
  };

  const setting = <N extends SettingName>(name: N): z.infer<(typeof VALUES)[N]> | undefined => {
    const row = SETTINGS[name];
    const given = env[row.env];
    const value = given === undefined || given === '' ? fromFile[name] : given;
    if (value === undefined) return undefined;
    const parsed = VALUES[name].safeParse(value);
    if (parsed.success) return parsed.data as z.infer<(typeof VALUES)[N]>;
    const source = value === given ? row.env : `${row.file} in ${path}`;
    throw refuse(source, `${JSON.stringify(value)} ${issueText(parsed.error)}`, { setting: source });
  };

  const driver = setting('driver');
  const pluginAllow = setting('pluginAllow');
  const registry = env.npm_config_registry;
  if (registry && !httpUrl.safeParse(registry).success)
    throw refuse('npm_config_registry', 'is no http or https address', { setting: 'npm_config_registry' });
  return {
    parentImage: setting('parentImage') ?? SETTINGS.parentImage.fallback,
    buildCa: setting('buildCa') ?? SETTINGS.buildCa.fallback,
    buildHostNetwork: setting('buildHostNetwork') ?? true,
    subnetRange: setting('subnetRange') ?? SETTINGS.subnetRange.fallback,
    ...(driver === undefined ? {} : { driver }),
    holdMs: setting('holdMs') ?? Number(SETTINGS.holdMs.fallback),
    settleMs: setting('settleMs') ?? Number(SETTINGS.settleMs.fallback),
    restartTimeoutMs: setting('restartTimeoutMs') ?? Number(SETTINGS.restartTimeoutMs.fallback),
    startTimeoutMs: setting('startTimeoutMs') ?? Number(SETTINGS.startTimeoutMs.fallback),
    healthEveryMs: setting('healthEveryMs') ?? Number(SETTINGS.healthEveryMs.fallback),
    undoBudgetMs: setting('undoBudgetMs') ?? Number(SETTINGS.undoBudgetMs.fallback),
    ...(pluginAllow === undefined ? {} : { pluginAllow }),
    pluginGit: setting('pluginGit') ?? false,
    proxyEnv: proxyEnvOf(env),
    ...(registry ? { npmRegistry: registry } : {}),
    providers: file.providers ?? {},
  };
};
