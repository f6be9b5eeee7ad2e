import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SEALED_COLLECTIONS } from '../../../src/local-commands/sealed-collections.ts';
import type { Collection } from '../../../src/store/collection.ts';

/** Every collection that src defines. */
const defined = vi.hoisted((): Collection<unknown>[] => []);

vi.mock('../../../src/store/collection.ts', async (load) => {
  const actual = await load<typeof import('../../../src/store/collection.ts')>();
  const defineCollection = <T>(name: string, schema: z.ZodType<T>) => {
    const collection = actual.defineCollection(name, schema);
    defined.push(collection as Collection<unknown>);
    return collection;
  };
  return { ...actual, defineCollection };
});

const SOURCES = path.resolve(import.meta.dirname, '../../../src');
/** Its records are the marks of the master keys themselves: `dropOtherMasterKey`. */
const MARKS = 'master-key';

beforeAll(async () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(SOURCES, name))
    .filter((file) => /= define\w*Collection\b/.test(readFileSync(file, 'utf8')));
  for (const file of files) await import(file);
});

/** Every nested part of the schema, with its JSON Schema. */
function* partsOf(schema: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof schema !== 'object' || schema === null) return;
  yield schema as Readonly<Record<string, unknown>>;
  for (const part of Object.values(schema)) yield* partsOf(part);
}

function jsonSchema({ schema }: Collection<unknown>) {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
}

const sealedParts = (schema: unknown) => [...partsOf(schema)].filter((part) => part['sealed']);

describe('the collections with something sealed in their records', () => {
  it('are found', () => {
    expect(defined.length).toBeGreaterThan(25);
  });

  it('have one line each, and no other collection has one', () => {
    const holders = defined.filter((collection) => sealedParts(jsonSchema(collection)).length > 0);
    const names = holders.map(({ name }) => name).filter((name) => name !== MARKS);
    expect(SEALED_COLLECTIONS.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  it('have sealed members only at the top of a record, where they are resealed', () => {
    for (const collection of defined.filter(({ name }) => name !== MARKS)) {
      const schema = jsonSchema(collection);
      const shapes = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
      const members = shapes.flatMap(({ properties = {} }) => Object.values(properties));
      const own = members.filter((member) => typeof member === 'object' && member['sealed']);
      expect(own, collection.name).toHaveLength(sealedParts(schema).length);
    }
  });
});

it('finds only challenges by a keyed digest, which moves with their passwords', () => {
  const callers = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /\bsealer\.digests\(/.test(readFileSync(path.join(SOURCES, name), 'utf8')));
  expect(callers.toSorted()).toEqual(
    ['find-challenge', 'make-challenge', 'move-challenge-digest', 'remove-challenge'].map(
      (name) => `connectors/challenges/${name}.ts`,
    ),
  );
});
