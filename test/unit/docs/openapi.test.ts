import path from 'node:path';
import { expect, it } from 'vitest';
import { openApiDocument } from '../../support/docs/openapi-document.ts';

const FILE = path.resolve(import.meta.dirname, '../../../docs/openapi.json');

it('docs/openapi.json is what the schemas of the operations say', async () => {
  const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(FILE);
});
