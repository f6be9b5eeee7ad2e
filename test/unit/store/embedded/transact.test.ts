import { describe, expect, it } from 'vitest';
import { openTables } from '../../../../src/store/embedded/open-tables.ts';
import { transact } from '../../../../src/store/embedded/transact.ts';
import { StoreUnavailableError } from '../../../../src/store/record-store.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

describe('transact', () => {
  it('returns the result of the action, or its error to its own caller alone', async () => {
    const tables = openTables(tempDirectory());
    const row = { value: 'v', version: 1, expiresAt: undefined };
    const results = await Promise.allSettled([
      transact(tables, () => tables.rows.putSync('before', row)),
      transact(tables, () => {
        throw new Error('refused');
      }),
      transact(tables, () => [...tables.rows.getKeys()]),
    ]);
    await tables.environment.close();
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { message: 'refused' } },
      { status: 'fulfilled', value: ['before'] },
    ]);
  });

  it('awaits the reason that lmdb reports later, and leaves no rejection unhandled', async () => {
    const tables = openTables(tempDirectory());
    const unwritten = Object.assign(new Error('Commit failed (see commitError for details)'), {
      commitError: Promise.reject(new Error('No space left on device')),
    });
    const environment = { transaction: () => Promise.reject(unwritten) };
    const failing = { ...tables, environment: Object.assign(tables.environment, environment) };
    await expect(transact(failing, () => undefined)).rejects.toThrow(
      new StoreUnavailableError('the record store cannot write: No space left on device'),
    );
    await tables.environment.close();
  });
});
