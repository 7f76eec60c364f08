export interface Row {
  name: string;
  ms: number;
  ratio: number;
  budget?: number | undefined;
  over: boolean;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function printTable(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log(`${''.padEnd(width)}  median ms  ratio  budget`);
  for (const { name, ms, ratio, budget, over } of rows) {
    const limit = budget === undefined ? '' : `${budget.toFixed(1)}${over ? '  OVER' : ''}`;
    console.log(
      `${name.padEnd(width)}  ${ms.toFixed(1).padStart(9)}  ${ratio.toFixed(2).padStart(5)}  ${limit}`.trimEnd(),
    );
  }
}
