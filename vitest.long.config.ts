import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    // One at a time: some of them measure time, CPU and memory.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/after-each-file.ts'],
  },
});
