import { METHOD_TABLE, regex } from './methods.ts';
import { RulesError, type Expression, type FunctionDeclaration, type MatchBlock, type Ruleset } from './syntax.ts';

const REQUEST_FIELDS = ['auth', 'method', 'path', 'resource', 'time'];
const AUTH_FIELDS = ['uid', 'token'];
const RESOURCE_FIELDS = [
  'bucket',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'contentType',
  'crc32c',
  'etag',
  'generation',
  'md5Hash',
  'metadata',
  'metageneration',
  'name',
  'size',
  'timeCreated',
  'updated',
];

interface Scope {
  names: Set<string>;
  functions: Map<string, FunctionDeclaration>;
}

/** Throws RulesError at the first name, call or field that evaluation would not know. */
export function checkRules(ruleset: Ruleset): void {
  const scope: Scope = { names: new Set(['request', 'resource']), functions: new Map() };
  checkFunctions(ruleset.functions, scope);
  for (const match of ruleset.matches) checkMatch(match, withFunctions(scope, ruleset.functions));
}

function checkMatch(block: MatchBlock, outer: Scope): void {
  const names = block.segments.flatMap((segment) => ('name' in segment ? [segment.name] : []));
  if (block.segments.filter((segment) => 'name' in segment && segment.rest).length > 1) {
    throw new RulesError('more than one {name=**} in a match', block);
  }
  const scope: Scope = { names: new Set([...outer.names, ...names]), functions: outer.functions };
  const inner = withFunctions(scope, block.functions);
  checkFunctions(block.functions, scope);
  for (const allow of block.allows) if (allow.condition !== undefined) checkExpression(allow.condition, inner);
  for (const match of block.matches) checkMatch(match, inner);
}

function withFunctions(scope: Scope, declared: FunctionDeclaration[]): Scope {
  const functions = new Map(scope.functions);
  for (const declaration of declared) functions.set(declaration.name, declaration);
  return { names: scope.names, functions };
}

function checkFunctions(declared: FunctionDeclaration[], outer: Scope): void {
  const scope = withFunctions(outer, declared);
  for (const declaration of declared) {
    if (declared.some((other) => other !== declaration && other.name === declaration.name)) {
      throw new RulesError(`function ${declaration.name} is declared twice`, declaration);
    }
    const names = new Set([...scope.names, ...declaration.parameters]);
    for (const variable of declaration.lets) {
      checkExpression(variable.value, { ...scope, names });
      names.add(variable.name);
    }
    checkExpression(declaration.result, { ...scope, names });
  }
}

function checkExpression(expression: Expression, scope: Scope): void {
  const check = (inner: Expression): void => checkExpression(inner, scope);
  switch (expression.kind) {
    case 'literal':
      return;
    case 'name':
      if (!scope.names.has(expression.name)) throw new RulesError(`unknown name ${expression.name}`, expression);
      return;
    case 'list':
      return expression.items.forEach(check);
    case 'map':
      return expression.entries.forEach(({ key, value }) => [key, value].forEach(check));
    case 'path':
      return expression.parts.forEach((part) => 'value' in part && check(part.value));
    case 'member':
      checkField(expression);
      return check(expression.object);
    case 'index':
      return [expression.object, expression.index].forEach(check);
    case 'range':
      return [expression.object, expression.from, expression.to].forEach(check);
    case 'call':
      return checkCall(expression, scope);
    case 'unary':
      return check(expression.operand);
    case 'binary':
      return [expression.left, expression.right].forEach(check);
    case 'is':
      return check(expression.value);
    case 'ternary':
      return [expression.condition, expression.whenTrue, expression.whenFalse].forEach(check);
  }
}

/** Fields of `request` and `resource` are known beforehand: a misspelt one would deny for ever. */
function checkField(member: Extract<Expression, { kind: 'member' }>): void {
  const owner = dotted(member.object);
  const known =
    owner === 'request'
      ? REQUEST_FIELDS
      : owner === 'request.auth'
        ? AUTH_FIELDS
        : owner === 'resource' || owner === 'request.resource'
          ? RESOURCE_FIELDS
          : undefined;
  if (known !== undefined && !known.includes(member.name)) {
    throw new RulesError(`${owner} has no field ${member.name}`, member);
  }
}

function dotted(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  return expression.kind === 'member' ? `${dotted(expression.object)}.${expression.name}` : '';
}

function checkCall(call: Extract<Expression, { kind: 'call' }>, scope: Scope): void {
  for (const argument of call.args) checkExpression(argument, scope);
  const { callee } = call;
  if (callee.kind === 'name') {
    const declaration = scope.functions.get(callee.name);
    if (declaration === undefined) throw new RulesError(`unknown function ${callee.name}`, callee);
    return requireArguments(call, callee.name, declaration.parameters.length);
  }
  if (callee.kind !== 'member') throw new RulesError('this can not be called', callee);
  if (isFirestore(callee.object, scope)) {
    if (callee.name !== 'get' && callee.name !== 'exists') {
      throw new RulesError(`unknown function firestore.${callee.name}`, callee);
    }
    return requireArguments(call, `firestore.${callee.name}`, 1);
  }
  checkExpression(callee.object, scope);
  const method = Object.hasOwn(METHOD_TABLE, callee.name) ? METHOD_TABLE[callee.name] : undefined;
  if (method === undefined) throw new RulesError(`unknown method ${callee.name}`, callee);
  requireArguments(call, callee.name, method.args);
  checkPattern(call, callee.name);
}

const isFirestore = (object: Expression, scope: Scope): boolean =>
  object.kind === 'name' && object.name === 'firestore' && !scope.names.has('firestore');

function requireArguments(call: Expression & { kind: 'call' }, name: string, count: number): void {
  if (call.args.length === count) return;
  throw new RulesError(`${name} takes ${count} argument${count === 1 ? '' : 's'}, not ${call.args.length}`, call);
}

function checkPattern(call: Expression & { kind: 'call' }, method: string): void {
  const pattern = call.args[0];
  if (!['matches', 'split', 'replace'].includes(method) || pattern?.kind !== 'literal') return;
  try {
    regex(String(pattern.value), false);
  } catch (error) {
    throw new RulesError((error as Error).message, pattern);
  }
}
