import { formatTable } from '../admin/format-table.ts';

/** A line for each collection of an archive, and how many records there are in all. */
export function formatCounts(counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].map(([name, count]) => [name, String(count)]);
  const sum = [...counts.values()].reduce((total, count) => total + count, 0);
  return formatTable(['collection', 'records'], [...rows, ['all', String(sum)]]);
}
