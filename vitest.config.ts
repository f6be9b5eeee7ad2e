import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Fast tests first: unit, fuzz and contract projects need no process of ours; the rest start the real server.
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ['test/support/build-once.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { lines: 85, functions: 85, branches: 80 },
    },
  },
});
