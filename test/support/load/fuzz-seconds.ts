/** How long each of the fuzz tests of the long suite goes on; FUZZ_SECONDS shortens or prolongs it. */
export const FUZZ_SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 150);
