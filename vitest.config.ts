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
          include: ['{packages,plugins}/*/src/**/*.test.ts', 'test/architecture/**/*.test.ts', 'scripts/**/*.test.ts'],
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
            'scripts/**/*.itest.ts',
          ],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
          disableConsoleIntercept: true,
        },
      },
    ],
  },
});
