import { printable } from '../terminal/print.ts';

/** Lines with aligned columns, two spaces between them, under a head in capitals. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return alignColumns([head.map((title) => title.toUpperCase()), ...rows]);
}

/** A line with name and value for each member that has a value. */
export function formatRecord(members: Readonly<Record<string, string | null | undefined>>): string {
  const present = Object.entries(members).filter((entry): entry is [string, string] =>
    Boolean(entry[1]),
  );
  return alignColumns(present);
}

/** Such as 2026-11-22T07:32:58Z. */
export function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = (cells[0] ?? []).map((_, i) =>
    Math.max(...cells.map((row) => row[i]?.length ?? 0)),
  );
  return cells
    .map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
