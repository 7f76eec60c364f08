import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: { name: '@nemoclaw/probe-inference-local', include: ['src/**/*.test.ts'], disableConsoleIntercept: true },
});
