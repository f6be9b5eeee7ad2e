/** An archive that cannot be read with the master keys at hand. `message` says why, for the person who has it. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}
