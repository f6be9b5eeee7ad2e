import type { Tags } from '../admin/tag-options.ts';

/** Tags as Private CA takes them; undefined for none. */
export function tagList(tags: Tags = {}) {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return list.length > 0 ? list : undefined;
}
