import { defineConfig } from 'vitest/config';

/** Bytes and values in and out: nothing of one file can be felt in another, so they share their imports. */
const PURE = [
  'test/unit/{asn1,x509,cms,scep}/**/*.test.ts',
  'test/scenario/scep/**/*.test.ts',
  'test/fuzz/**/*.test.ts',
];

export default defineConfig({
  test: {
    // By default vitest leaves one processor idle, which is half of a small machine.
    maxWorkers: '100%',
    // Against what hangs alone: how long work takes is up to the machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One second by default, for which a busy machine may stand still.
    expect: { poll: { timeout: 60_000 } },
    globalSetup: ['test/support/setup/build-once.ts'],
    setupFiles: ['test/support/setup/after-each-file.ts', 'test/support/setup/seed-properties.ts'],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: { lines: 85, functions: 85, branches: 80 },
    },
    // Fast tests first; those that start the real server wait for them.
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: PURE, isolate: false, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/{unit,contract,scenario}/**/*.test.ts'],
          exclude: PURE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/{interop,e2e}/**/*.test.ts'],
          // They wait for other processes more than they compute.
          maxWorkers: '200%',
          // Against what hangs alone: how long processes take is up to the machine.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 90_000 } },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
