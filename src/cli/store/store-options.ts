import { type Command, Option } from 'commander';
import { formatTable } from '../api-command/format-table.ts';

/** Which store, and the master key that belongs to it. */
export interface StoreOptions {
  /** Settings file of `serve`; environment variables override it as they do for `serve`. */
  readonly config?: string;
  /** The data directory of a development server, in place of settings. */
  readonly dataDir?: string;
  /** With `dataDir`; default: master.key in it. */
  readonly masterKeyFile?: string;
  /** With `dataDir`: the second master key while the master key is being changed. */
  readonly otherMasterKeyFile?: string;
}

export function addStoreOptions(command: Command): void {
  command
    .optionsGroup('Store:')
    .option(
      '--config <file>',
      'use the store that serve uses with this settings file and the environment variables',
    )
    .addOption(
      new Option('--data-dir <path>', 'use the embedded store of dev in this directory').conflicts(
        'config',
      ),
    )
    .option(
      '--master-key-file <file>',
      'with --data-dir: file of its master key (default: master.key in the data directory)',
    )
    .option(
      '--other-master-key-file <file>',
      'with --data-dir: file of the second master key while the master key is being changed',
    );
}

/** A table with the number of records in each collection of an archive, and their sum. */
export function formatCounts(counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].map(([name, count]) => [name, String(count)]);
  const sum = [...counts.values()].reduce((total, count) => total + count, 0);
  return formatTable(['collection', 'records'], [...rows, ['all', String(sum)]]);
}
