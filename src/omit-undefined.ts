/** Members that may be undefined become members that may be absent. */
type OmitUndefined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy without the members that are undefined, for types that tell undefined from absent. */
export function omitUndefined<T extends object>(members: T): OmitUndefined<T> {
  const defined = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as OmitUndefined<T>;
}
