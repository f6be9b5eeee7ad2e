import path from 'node:path';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../support/docs/openapi-document.ts';

const FILE = path.resolve(import.meta.dirname, '../../../docs/openapi.json');

test('docs/openapi.json is what the schemas of the operations say', async () => {
  const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(FILE);
});
