import type { FaultRow } from './row.ts';

const distinct = (values: string[]): string[] => [...new Set(values)];

const groups = <T>(items: readonly T[], key: (item: T) => string): [string, T[]][] =>
  distinct(items.map(key)).map((name) => [name, items.filter((item) => key(item) === name)]);

const counted = (rows: readonly FaultRow[]): string =>
  groups(rows, ({ outcome }) => outcome)
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([outcome, some]) => `${some.length} ${outcome}`)
    .join(', ');

const cell = (rows: readonly FaultRow[]): string =>
  distinct(rows.map(({ good, outcome }) => `${good ? '' : '✗ '}${outcome}`)).join(' / ') || '–';

/** Operation × point × outcome: a row for each point, a column for each kind of fault; `✗` where it ended as it must not. */
const operationTable = (title: string, rows: readonly FaultRow[]): string[] => {
  const faults = distinct(rows.map(({ fault }) => fault));
  const lines = [
    ['point', ...faults],
    ...groups(rows, ({ point }) => point).map(([point, here]) => [
      point,
      ...faults.map((fault) => cell(here.filter((row) => row.fault === fault))),
    ]),
  ];
  const widths = ['', ...faults].map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return [
    '',
    title,
    ...lines.map(
      (line) =>
        `  ${line
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}`,
    ),
  ];
};

/** Pure: the whole report, ending with the counts. */
export const faultTable = (rows: readonly FaultRow[]): string => {
  if (rows.length === 0) return '';
  const operations = groups(rows, ({ suite, operation }) => `${suite}: ${operation}`);
  const bad = rows.filter(({ good }) => !good);
  return [
    ...operations.flatMap(([title, some]) => operationTable(title, some)),
    '',
    'Counts',
    ...operations.map(
      ([title, some]) =>
        `  ${title}: ${some.length} faults in ${Math.round(some.reduce((sum, row) => sum + row.elapsedMs, 0) / 1000)} s: ${counted(some)}`,
    ),
    `  all: ${rows.length} faults, ${rows.length - bad.length} ended well, ${bad.length} did not`,
    ...bad.map(
      ({ suite, operation, point, fault, outcome }) => `  ✗ ${suite}: ${operation}, ${point}, ${fault}: ${outcome}`,
    ),
    '',
  ].join('\n');
};
