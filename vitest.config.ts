import { defineConfig } from 'vitest/config';

const source = { ssr: { resolve: { conditions: ['source'] } } };

/** Unit tests stand beside their source (`*.test.ts`); tests that need a real engine are `*.itest.ts`. */
export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: [
            '{packages,plugins}/*/src/**/*.test.ts',
            'test/{architecture,faults,routing}/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          // A bound against hanging, with room for a busy machine; no test is about how fast it is.
          testTimeout: 30_000,
          disableConsoleIntercept: true,
        },
      },
      {
        ...source,
        test: {
          name: 'integration',
          include: [
            '{packages,plugins}/*/src/**/*.itest.ts',
            'test/integration/**/*.itest.ts',
            // A selection of the faults; all of them are `npm run test:faults`.
            'test/faults/**/*.short.faults.ts',
            'scripts/**/*.itest.ts',
          ],
          // What boots several agents takes longer than all the rest: `npm run test:slow`.
          exclude: ['**/*.slow.itest.ts', '**/node_modules/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
          disableConsoleIntercept: true,
        },
      },
      {
        ...source,
        test: {
          name: 'slow',
          include: ['test/integration/**/*.slow.itest.ts', 'plugins/*/src/**/*.slow.itest.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
          disableConsoleIntercept: true,
        },
      },
      {
        ...source,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.faults.ts'],
          exclude: ['**/*.short.faults.ts', '**/node_modules/**'],
          fileParallelism: false,
          // A sweep is one test: its points are known only when the operation ran.
          testTimeout: 7_200_000,
          hookTimeout: 600_000,
          disableConsoleIntercept: true,
        },
      },
    ],
  },
});
