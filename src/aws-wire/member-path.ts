/** A place in an input as AWS writes it: names begin in lower case, items count from 1, as in tags.1.member.key. */
export function memberPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) =>
    typeof step === 'number' ? `${step + 1}.member` : uncapitalised(String(step)),
  );
  return steps.join('.') || 'input';
}

function uncapitalised(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}
