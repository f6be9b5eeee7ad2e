import { type ApiModel, type ShapeRef, shapeOf } from './api-model.ts';

const RETURNED_INPUTS = ['CertificateAuthorityConfiguration', 'RevocationConfiguration'];

/**
 * The members of an output shape that none of the values has, as paths such as
 * `Permissions.Policy`. Does not look inside of members that are unseen themselves, nor of what
 * returns an input.
 */
export function unseenMembers(
  model: ApiModel,
  ref: ShapeRef,
  values: readonly unknown[],
): readonly string[] {
  const { type, member, members = {} } = shapeOf(model, ref);
  if (RETURNED_INPUTS.includes(ref.shape)) return [];
  if (type === 'list' && member) return unseenMembers(model, member, values.flat());
  if (type !== 'structure') return [];
  return Object.entries(members).flatMap(([name, one]) => {
    const seen = values
      .map((value) => memberOf(value, name))
      .filter((value) => value !== undefined);
    if (seen.length === 0) return [name];
    return unseenMembers(model, one, seen).map((path) => `${name}.${path}`);
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (Reflect.get(value, name) as unknown)
    : undefined;
}
