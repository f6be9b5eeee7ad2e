import { formatTable } from '../cli/api-command/format-table.ts';
import type { StoreOptions } from '../cli/store/store-options.ts';
import { print } from '../cli/terminal/print.ts';
import { UsageError } from '../config/usage-error.ts';
import { explainSealError } from '../server/require-master-key.ts';
import { isEmpty } from '../store/archive/all-records.ts';
import type { ResealCount } from './reseal-records.ts';
import { resealStore } from './reseal-store.ts';
import { chooseStore, withStore } from './with-store.ts';

/** Runs `scep-connector master-key reseal`, while servers with both master keys may be running. */
export async function runMasterKeyReseal(options: StoreOptions): Promise<void> {
  await withStore(await chooseStore(options), { mustExist: true }, async (access) => {
    if (await isEmpty(access.store)) throw new UsageError(EMPTY);
    const counts = await resealStore(access).catch(explainSealError);
    print(`${formatCounts(counts)}\n${DONE}\n`);
  });
}

function formatCounts(counts: ReadonlyMap<string, ResealCount>): string {
  const rows = [...counts].map(([name, { seen, resealed }]) => [name, `${seen}`, `${resealed}`]);
  return formatTable(['collection', 'records', 'resealed'], rows);
}

const EMPTY = 'the store is empty; do the settings name the right one?';
const DONE = `Everything in the store is sealed under the master key; no server needs the other one any more.
Keep it as long as there are older backups.`;
