/** How long each fuzz test of the soak suite runs; FUZZ_SECONDS changes it. */
export const FUZZ_SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 150);
