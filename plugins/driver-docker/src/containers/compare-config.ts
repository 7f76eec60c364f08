import { type Difference, type Fields, isSame } from './same.ts';

const COMPARED = [
  ...['Cmd', 'Entrypoint', 'User', 'WorkingDir', 'Hostname', 'Domainname', 'Tty', 'OpenStdin', 'StdinOnce', 'Shell'],
  ...['AttachStdin', 'AttachStdout', 'AttachStderr', 'ExposedPorts', 'Volumes', 'Healthcheck', 'StopSignal'],
  ...['StopTimeout', 'NetworkDisabled', 'MacAddress'],
];

/** Every field of Config in API 1.51: one that is not here belongs to a newer engine. */
export const CONFIG_FIELDS: ReadonlySet<string> = new Set([
  ...COMPARED,
  // Entry by entry; by its id; and what only builds and Windows know.
  ...['Env', 'Labels', 'Image', 'OnBuild', 'ArgsEscaped'],
]);

/** Sets that the engine writes as objects without content, which would count as nothing said. */
const SETS: ReadonlySet<string> = new Set(['ExposedPorts', 'Volumes']);
const comparable = (key: string, value: unknown): unknown =>
  SETS.has(key) ? Object.keys((value as object | null | undefined) ?? {}).sort() : value;

/** What the engine makes of the plan and the image together. */
const merged = (key: string, body: Fields, ofImage: Fields): unknown =>
  SETS.has(key) ? { ...(ofImage[key] as object), ...(body[key] as object) } : key in body ? body[key] : ofImage[key];

const linesOf = (value: unknown): Map<string, string> =>
  new Map(((value as string[] | null | undefined) ?? []).map((line) => [line.split('=', 1)[0] ?? line, line]));
const labelsOf = (value: unknown): Map<string, string> => new Map(Object.entries((value as object | null) ?? {}));

const entryDifferences = (
  field: 'Env' | 'Labels',
  [body, actual, ofImage]: [Map<string, string>, Map<string, string>, Map<string, string> | undefined],
): Difference[] => {
  const expected = new Map([...(ofImage ?? []), ...body]);
  const keys = ofImage ? new Set([...expected.keys(), ...actual.keys()]) : body.keys();
  return [...keys]
    .filter((key) => actual.get(key) !== expected.get(key))
    .map((key) => ({ field: `Config.${field}.${key}`, expected: expected.get(key), actual: actual.get(key) }));
};

/**
 * Pure: Config of a container beside the create's body and the Config of its image. Where the image is not known, what it
 * may have brought is no difference, and only what the body names is compared.
 */
export const configDifferences = (actual: Fields, body: Fields, ofImage: Fields | undefined): Difference[] => {
  // A host name that nobody chose is made from the id.
  const keys = COMPARED.filter((key) => (key in body && !SETS.has(key)) || (ofImage && key !== 'Hostname'));
  const entries = (of: (value: unknown) => Map<string, string>, field: 'Env' | 'Labels') =>
    entryDifferences(field, [of(body[field]), of(actual[field]), ofImage && of(ofImage[field])]);
  return [
    ...keys
      .map((key) => ({ key, expected: merged(key, body, ofImage ?? {}), actual: actual[key] }))
      .filter(({ key, expected, actual: is }) => !isSame(key, comparable(key, expected), comparable(key, is)))
      .map(({ key, ...both }) => ({ field: `Config.${key}`, ...both })),
    ...entries(linesOf, 'Env'),
    ...entries(labelsOf, 'Labels'),
  ];
};
