import type { Access } from '../aws-wire/policy/access.ts';

/** An action of this service on one resource; on `*` when the action has none, or the request names none. */
export function accessTo(action: string, resource = '*'): Access {
  return { action: `pca-connector-scep:${action}`, resources: [resource] };
}
