import { copyFile, mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTables, writeRow } from '../../../../src/store/embedded/open-tables.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

describe('openTables', () => {
  it('makes a directory and files that only their owner can read', async () => {
    const directory = path.join(tempDirectory(), 'made', 'name.with.dots');
    await openTables(directory).environment.close();
    const modes = ['', 'data.mdb', 'lock.mdb'].map(async (name) => {
      return (await stat(path.join(directory, name))).mode & 0o777;
    });
    expect(await Promise.all(modes)).toEqual([0o700, 0o600, 0o600]);
  });

  it('opens an empty data file, as left by a process that was killed at its first start', async () => {
    const directory = tempDirectory();
    await writeFile(path.join(directory, 'data.mdb'), '');
    const { environment, rows } = openTables(directory);
    expect([...rows.getKeys()]).toEqual([]);
    await environment.close();
  });

  it('refuses a data file of another program, or one that ends within its header', async () => {
    const directory = tempDirectory();
    const dataFile = path.join(directory, 'data.mdb');
    const message = `cannot open the record store in ${directory}: data.mdb is damaged`;
    await writeFile(dataFile, 'x'.repeat(20_000));
    expect(() => openTables(directory)).toThrow(message);

    const whole = tempDirectory();
    await openTables(whole).environment.close();
    for (const size of [1, 64, 4_096]) {
      await copyFile(path.join(whole, 'data.mdb'), dataFile);
      await truncate(dataFile, size);
      expect(() => openTables(directory)).toThrow(message);
    }
  });

  it('refuses a data file that has been cut short, before LMDB looks beyond its end', async () => {
    const directory = tempDirectory();
    const dataFile = path.join(directory, 'data.mdb');
    const tables = openTables(directory);
    await tables.environment.transaction(() => {
      const row = { value: 'x'.repeat(500), version: 1, expiresAt: undefined };
      for (let i = 0; i < 200; i += 1) writeRow(tables, `p:c:${i}`, row);
    });
    await tables.environment.close();
    const { size } = await stat(dataFile);
    await openTables(directory).environment.close();
    for (const cut of [size - 1, size - 4_096, size / 2, 8_192]) {
      await truncate(dataFile, cut);
      expect(() => openTables(directory)).toThrow(
        `data.mdb is cut short: it has ${cut} octets, and its header speaks of ${size}`,
      );
    }
  });

  it('names the directory and the reason when it cannot be opened', async () => {
    const file = path.join(tempDirectory(), 'file');
    await writeFile(file, '');
    expect(() => openTables(file)).toThrow(`cannot open the record store in ${file}: EEXIST`);
    const directory = tempDirectory();
    await mkdir(path.join(directory, 'data.mdb'));
    expect(() => openTables(directory)).toThrow(`record store in ${directory}: EISDIR`);
  });
});
