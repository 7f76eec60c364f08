import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: { name: '@nemoclaw/testkit', include: ['src/**/*.test.ts'], disableConsoleIntercept: true },
});
