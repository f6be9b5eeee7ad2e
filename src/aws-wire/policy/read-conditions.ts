import { CONDITION_KEYS, isMultivalued, readConditionKey } from './condition-keys.ts';
import { CONDITION_OPERATORS, readConditionOperator } from './condition-operators.ts';
import { variablesIn } from './match-pattern.ts';
import type { PolicyCondition } from './policy.ts';

/** An ARN with all six components, possibly with wildcards. */
const ARN_PATTERN = /^arn(?::[^:]*){4}:./;

type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/**
 * The conditions of a statement, by operator and key as in the Condition element.
 * @param hasVariables whether the policy's version supports policy variables
 * @throws RangeError that says where the mistake is
 */
export function readConditions(
  block: ConditionBlock,
  hasVariables: boolean,
  where: string,
): PolicyCondition[] {
  return Object.entries(block).flatMap(([operator, keys]) => {
    if (Object.keys(keys).length === 0) throw new RangeError(`${where}.${operator}: is empty`);
    return Object.entries(keys).map(([key, values]) =>
      readCondition({ operator, key, values }, hasVariables, `${where}.${operator}.${key}`),
    );
  });
}

/** One operator with one key of a Condition element, not yet checked. */
interface WrittenCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

function readCondition(
  written: WrittenCondition,
  hasVariables: boolean,
  where: string,
): PolicyCondition {
  const { operator, values } = written;
  const read = readConditionOperator(operator);
  const key = readConditionKey(written.key);
  if (read === undefined) throw unknown(where, 'operator', operator, CONDITION_OPERATORS);
  if (key === undefined) throw unknown(where, 'key', written.key, Object.keys(CONDITION_KEYS));
  const condition: PolicyCondition = { ...read, key, values };
  const fault = faultOf(condition);
  if (fault !== undefined) throw new RangeError(`${where}: ${fault}`);
  for (const value of values) checkVariables(value, hasVariables, where);
  return condition;
}

function faultOf({ quantifier, operator, key, values }: PolicyCondition): string | undefined {
  if (operator === 'Null') {
    return values.every((value) => ['true', 'false'].includes(value))
      ? undefined
      : 'expected true or false';
  }
  if (quantifier === undefined && isMultivalued(key)) {
    return 'the key may have several values: write ForAllValues: or ForAnyValue: before the operator';
  }
  const isOfArns = operator.startsWith('Arn');
  return isOfArns && !values.every(isArnPattern) ? 'expected an ARN with all its parts' : undefined;
}

function isArnPattern(value: string): boolean {
  return ARN_PATTERN.test(value.replace(/\$\{[^}]*\}/g, '*'));
}

/**
 * @throws RangeError when a policy variable in the text is invalid, or the policy's version has
 *   none
 */
export function checkVariables(text: string, hasVariables: boolean, where: string): void {
  for (const name of variablesIn(text)) {
    if (!hasVariables) throw new RangeError(`${where}: variables need Version 2012-10-17`);
    if (name === undefined) throw new RangeError(`${where}: a variable has no closing brace`);
    const key = readConditionKey(name);
    if (['*', '?', '$'].includes(name) || (key !== undefined && !isMultivalued(key))) continue;
    throw unknown(where, 'variable', name, Object.keys(CONDITION_KEYS));
  }
}

function unknown(where: string, what: string, name: string, known: readonly string[]): RangeError {
  return new RangeError(`${where}: unknown ${what} ${name}; there are ${known.join(', ')}`);
}
