import type { Reporter, TestModule } from 'vitest/node';
import { faultTable } from './table.ts';

/** Prints the table of all faults that the tests of a run reported. */
export default class FaultReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => test.meta().faults ?? []),
    );
    process.stdout.write(faultTable(rows));
  }
}
