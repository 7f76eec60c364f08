import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: { name: '@nemoclaw/agent-openclaw', include: ['src/**/*.test.ts'], disableConsoleIntercept: true },
});
