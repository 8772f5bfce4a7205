import type { Rounding } from './decimal.ts';
import { ROUNDINGS } from './decimal.ts';
import { JsonObject, RecipeError, shown } from './json-object.ts';
import {
  COMPARISONS,
  OPERATIONS,
  type Comparison,
  type Compute,
  type Condition,
  type Filter,
  type Group,
  type Join,
  type Operand,
  type Recipe,
  type Rename,
  type Step,
} from './recipe.ts';

const MAX_STEPS = 50;
const MAX_DECIMALS = 20;
const NAME = /^[A-Za-z0-9][A-Za-z0-9 _-]{0,59}$/;
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const ZERO = /^-?0(\.0+)?$/;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const ORDERED: readonly Comparison[] = ['<', '<=', '>', '>='];
const WITHOUT_VALUE: readonly Comparison[] = ['empty', 'not empty'];
const WITH_LIST: readonly Comparison[] = ['in', 'not in'];

const readers: { readonly [Kind in Step['do']]: (step: JsonObject) => Extract<Step, { do: Kind }> } = {
  select: (step) => ({ do: 'select', columns: distinct(step, 'columns') }),
  rename: readRename,
  compute: readCompute,
  filter: readFilter,
  join: readJoin,
  group: readGroup,
  split: (step) => ({ do: 'split', by: step.text('by') }),
};

/** @throws RecipeError naming the step, what is wrong with it, and what would be right */
export function readRecipe(text: string): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw new RecipeError('The recipe', `is no JSON text (${why})`, 'Begin with {"steps": [{"do": "select", …}]}');
  }
  const recipe = JsonObject.of(json, 'The recipe');
  const list = recipe.list('steps', 0, MAX_STEPS);
  const steps = list.map((one, index) => readStep(one, `Step ${index + 1}`));
  const output = JsonObject.of(recipe.optional('output') ?? {}, 'The output');
  const name = output.has('name') ? output.text('name') : 'result';
  if (!NAME.test(name))
    throw output.wrong(`has the name ${shown(name)}`, 'Use letters, digits, spaces, "-" and "_", at most 60');
  const formulas = output.has('formulas') ? output.choice('formulas', ['defuse', 'keep']) : 'defuse';
  output.nothingElse();
  recipe.nothingElse();
  assertOrder(steps);
  return { steps, output: { name, formulas } };
}

function readStep(json: unknown, where: string): Step {
  const bare = JsonObject.of(json, where);
  const kind = bare.choice('do', Object.keys(readers) as Step['do'][]);
  const step = JsonObject.of(json, `${where} (${kind})`);
  step.choice('do', [kind]);
  const read = readers[kind](step);
  step.nothingElse();
  return read;
}

function assertOrder(steps: readonly Step[]): void {
  steps.forEach((step, index) => {
    const where = `Step ${index + 1} (${step.do})`;
    if (step.do === 'split' && index < steps.length - 1)
      throw new RecipeError(
        where,
        'is not the last one',
        'Put split at the end: it decides into which file a row goes',
      );
    if (step.do === 'join' && steps.findIndex((one) => one.do === 'join') !== index)
      throw new RecipeError(where, 'is a second join', 'Join once here, and join the result again in another run');
  });
}

function readRename(step: JsonObject): Rename {
  return { do: 'rename', columns: step.textByName('columns') };
}

function readCompute(step: JsonObject): Compute {
  const column = step.text('column');
  const present = OPERATIONS.filter((operation) => step.has(operation));
  const [operation] = present;
  if (operation === undefined || present.length > 1)
    throw step.wrong(`names ${present.length} operations`, `Name exactly one of: ${OPERATIONS.join(', ')}`);
  const isPair = operation === 'subtract' || operation === 'divide';
  const of = step.list(operation, 2, isPair ? 2 : 20).map((operand) => readOperand(step, operand, operation));
  const divisor = of[1];
  if (operation === 'divide' && divisor !== undefined && 'value' in divisor && ZERO.test(divisor.value))
    throw step.wrong('divides by zero', 'Use another value');
  const decimals = step.has('decimals') ? step.integer('decimals', 0, MAX_DECIMALS) : null;
  if (operation === 'divide' && decimals === null)
    throw step.wrong('divides without saying how exactly', 'Add "decimals", such as "decimals": 2');
  if (operation === 'concat' && decimals !== null)
    throw step.wrong('has decimals for a text', 'Leave "decimals" out, or compute a number');
  const rounding: Rounding = step.has('rounding') ? step.choice('rounding', ROUNDINGS) : 'half_even';
  return { do: 'compute', column, operation, of, decimals, rounding };
}

function readOperand(step: JsonObject, operand: unknown, operation: Compute['operation']): Operand {
  if (typeof operand === 'string') return { column: operand };
  const fixed = JsonObject.of(operand, step.where);
  const value = fixed.text('value', 0);
  fixed.nothingElse();
  if (operation !== 'concat' && !NUMBER.test(value))
    throw step.wrong(
      `has the value ${shown(value)}, which is no number`,
      'Write it as text, such as {"value": "1.19"}',
    );
  return { value };
}

function readFilter(step: JsonObject): Filter {
  const combine = step.has('any') ? 'any' : 'all';
  const conditions = step.list(combine, 1, 50).map((one) => readCondition(JsonObject.of(one, step.where)));
  return { do: 'filter', combine, conditions };
}

function readCondition(condition: JsonObject): Condition {
  const column = condition.text('column');
  const is = condition.choice('is', COMPARISONS);
  const to = WITHOUT_VALUE.includes(is)
    ? []
    : WITH_LIST.includes(is)
      ? condition.texts('to', 1, 10_000)
      : [condition.text('to', 0)];
  if (ORDERED.includes(is) && !NUMBER.test(to[0] ?? '') && !DAY.test(to[0] ?? ''))
    throw condition.wrong(
      `compares with ${shown(to[0])}`,
      `Compare by "${is}" with a number such as "12.50" or a day such as "2026-01-31"`,
    );
  condition.nothingElse();
  return { column, is, to };
}

function readJoin(step: JsonObject): Join {
  const on = step.textByName('on');
  const take = distinct(step, 'take');
  const unmatched = step.has('unmatched') ? step.choice('unmatched', ['keep', 'drop', 'refuse']) : 'refuse';
  return { do: 'join', on, take, unmatched };
}

function readGroup(step: JsonObject): Group {
  const by = step.has('by') ? distinct(step, 'by', 0) : [];
  const sum = step.has('sum') ? distinct(step, 'sum', 0) : [];
  const count = step.has('count') ? step.text('count') : null;
  if (sum.length === 0 && count === null)
    throw step.wrong('neither sums nor counts', 'Add "sum": ["amount"], or "count": "rows"');
  const twice = [...by, ...sum, ...(count === null ? [] : [count])].find((name, at, all) => all.indexOf(name) !== at);
  if (twice !== undefined) throw step.wrong(`makes the column ${shown(twice)} twice`, 'Name each column once');
  return { do: 'group', by, sum, count };
}

function distinct(step: JsonObject, key: string, least = 1): string[] {
  const names = step.texts(key, least, 200);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw step.wrong(`names the column ${shown(twice)} twice`, 'Name each column once');
  return names;
}
