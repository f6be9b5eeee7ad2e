import { configDefaults, defineConfig } from 'vitest/config';

/** Its provider takes longer to build than all of CI: CONTRIBUTING.md. */
const WITHOUT_PROVIDER = process.env['TERRAFORM_PROVIDER_AWS']
  ? []
  : ['test/soak/terraform.test.ts'];

export default defineConfig({
  test: {
    include: ['test/soak/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...WITHOUT_PROVIDER],
    // One at a time: some of them measure time, CPU and memory.
    fileParallelism: false,
    // Twenty times what they take where nothing else is done.
    testTimeout: 1_200_000,
    hookTimeout: 600_000,
    // One second by default, for which a busy machine may stand still.
    expect: { poll: { timeout: 60_000 } },
    globalSetup: ['test/support/setup/build-once.ts'],
    setupFiles: ['test/support/setup/after-each-file.ts', 'test/support/setup/seed-properties.ts'],
  },
});
