import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: { name: '@nemoclaw/agent-hermes', include: ['src/**/*.test.ts'], disableConsoleIntercept: true },
});
