import { type Command, Option } from 'commander';
import { formatTable } from '../api-command/format-table.ts';

/** Which store, and the master key that belongs to it. */
export interface StoreOptions {
  /** File of the settings of `serve`, whose environment counts as well. */
  readonly config?: string;
  /** The data directory of a development server, in place of settings. */
  readonly dataDir?: string;
  /** With `dataDir`; default: master.key in it. */
  readonly masterKeyFile?: string;
  /** With `dataDir`, while the master key is being changed: the other of the two. */
  readonly otherMasterKeyFile?: string;
}

export function addStoreOptions(command: Command): void {
  command
    .optionsGroup('Store:')
    .option('--config <file>', 'the store of serve with this file of settings and this environment')
    .addOption(
      new Option('--data-dir <path>', 'the embedded store of dev, in place of settings').conflicts(
        'config',
      ),
    )
    .option(
      '--master-key-file <file>',
      'with --data-dir: its master key (default: master.key in the data directory)',
    )
    .option(
      '--other-master-key-file <file>',
      'with --data-dir: and the other one, while it is being changed',
    );
}

/** A line for each collection of an archive, and how many records there are in all. */
export function formatCounts(counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].map(([name, count]) => [name, String(count)]);
  const sum = [...counts.values()].reduce((total, count) => total + count, 0);
  return formatTable(['collection', 'records'], [...rows, ['all', String(sum)]]);
}
