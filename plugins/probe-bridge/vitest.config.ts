import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: { name: '@nemoclaw/probe-bridge', include: ['src/**/*.test.ts'], disableConsoleIntercept: true },
});
