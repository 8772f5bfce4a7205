import { checkRules } from './check.ts';
import { Evaluator, bool, type Scope } from './evaluate.ts';
import { parseRules } from './parser.ts';
import type { FunctionDeclaration, MatchBlock, MatchSegment, Method, Ruleset } from './syntax.ts';
import { EvaluationError, RulesPath, type Value } from './values.ts';

/** A document as the rules see it (`.data`, `.id`), or null where there is none. */
export type Document = Value;

export interface AccessRequest {
  method: Method;
  /** Segments of the object's path: `b`, bucket, `o`, then its name. */
  path: string[];
  request: Map<string, Value>;
  resource: Value;
  /** Asked at most `MAX_DOCUMENTS` times. */
  readDocument(path: string): Promise<Document>;
}

export interface Decision {
  allowed: boolean;
  /** Why conditions failed to evaluate; they count as false. */
  problems: string[];
}

/** Cloud Storage rules may look at two Firestore documents for one request. */
const MAX_DOCUMENTS = 2;

/** Reads rules, or throws RulesError with line and column. */
export function loadRules(source: string): Ruleset {
  const ruleset = parseRules(source);
  checkRules(ruleset);
  return ruleset;
}

/** Thrown inside an evaluation that needs a document not yet read: it is read and the evaluation done again. */
class DocumentMissing extends Error {
  readonly path: string;
  constructor(path: string) {
    super(path);
    this.path = path;
  }
}

/** Whether any `allow` that applies holds. An error in a condition makes it false, never true. */
export async function decide(ruleset: Ruleset, access: AccessRequest): Promise<Decision> {
  const documents = new Map<string, Document>();
  for (;;) {
    try {
      return decideWith(ruleset, access, documents);
    } catch (error) {
      if (!(error instanceof DocumentMissing)) throw error;
      documents.set(error.path, await access.readDocument(error.path));
    }
  }
}

function decideWith(ruleset: Ruleset, access: AccessRequest, documents: Map<string, Document>): Decision {
  const problems: string[] = [];
  const readDocument = (path: string): Document => {
    const known = documents.get(path);
    if (known !== undefined) return known;
    if (documents.size >= MAX_DOCUMENTS) throw new EvaluationError(`more than ${MAX_DOCUMENTS} documents are needed`);
    throw new DocumentMissing(path);
  };
  const values = new Map<string, Value>([
    ['request', access.request],
    ['resource', access.resource],
  ]);
  const outer: Scope = { values, functions: new Map() };
  declare(ruleset.functions, outer);
  const visit = (block: MatchBlock, path: string[], parent: Scope): boolean =>
    waysToMatch(block.segments, path).some(({ bound, left }) => {
      const scope: Scope = { values: bound, functions: new Map(), parent };
      declare(block.functions, scope);
      const allows = left.length === 0 ? block.allows.filter((allow) => allow.methods.has(access.method)) : [];
      const holds = allows.some(({ condition }) => {
        if (condition === undefined) return true;
        try {
          return bool(new Evaluator(readDocument).evaluate(condition, scope));
        } catch (error) {
          if (!(error instanceof EvaluationError)) throw error;
          problems.push(error.message);
          return false;
        }
      });
      return holds || block.matches.some((inner) => visit(inner, left, scope));
    });
  return { allowed: ruleset.matches.some((block) => visit(block, access.path, outer)), problems };
}

function declare(functions: FunctionDeclaration[], scope: Scope): void {
  for (const declaration of functions) scope.functions.set(declaration.name, { declaration, scope });
}

interface Way {
  bound: Map<string, Value>;
  left: string[];
}

/** Every way in which the segments fit the start of the path; `{name=**}` fits none, one or more. */
function waysToMatch(segments: MatchSegment[], path: string[]): Way[] {
  const [first, ...others] = segments;
  if (first === undefined) return [{ bound: new Map(), left: path }];
  if ('name' in first && first.rest) {
    const lengths = Array.from({ length: path.length + 1 }, (_, at) => path.length - at);
    return lengths.flatMap((length) =>
      waysToMatch(others, path.slice(length)).map((way) => bind(way, first.name, new RulesPath(path.slice(0, length)))),
    );
  }
  const [segment, ...left] = path;
  if (segment === undefined || ('text' in first && first.text !== segment)) return [];
  const ways = waysToMatch(others, left);
  return 'name' in first ? ways.map((way) => bind(way, first.name, segment)) : ways;
}

function bind(way: Way, name: string, value: Value): Way {
  way.bound.set(name, value);
  return way;
}
