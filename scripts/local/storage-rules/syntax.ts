/** The syntax tree of a `storage.rules` file: what parser.ts makes, check.ts inspects and evaluate.ts runs. */

export interface Place {
  line: number;
  column: number;
}

export class RulesError extends Error {
  override name = 'RulesError';
  readonly place: Place;
  constructor(message: string, place: Place) {
    super(`${place.line}:${place.column}: ${message}`);
    this.place = place;
  }
}

export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||' | 'in' | '+' | '-' | '*' | '/' | '%';

export type PathPart = { text: string } | { value: Expression };

export type Expression = Place &
  (
    | { kind: 'literal'; value: null | boolean | bigint | number | string }
    | { kind: 'name'; name: string }
    | { kind: 'list'; items: Expression[] }
    | { kind: 'map'; entries: { key: Expression; value: Expression }[] }
    | { kind: 'path'; parts: PathPart[] }
    | { kind: 'member'; object: Expression; name: string }
    | { kind: 'index'; object: Expression; index: Expression }
    | { kind: 'range'; object: Expression; from: Expression; to: Expression }
    | { kind: 'call'; callee: Expression; args: Expression[] }
    | { kind: 'unary'; operator: '!' | '-'; operand: Expression }
    | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
    | { kind: 'is'; value: Expression; type: string }
    | { kind: 'ternary'; condition: Expression; whenTrue: Expression; whenFalse: Expression }
  );

export interface FunctionDeclaration extends Place {
  name: string;
  parameters: string[];
  lets: { name: string; value: Expression }[];
  result: Expression;
}

export const METHODS = ['get', 'list', 'create', 'update', 'delete'] as const;
export type Method = (typeof METHODS)[number];

export interface Allow extends Place {
  methods: Set<Method>;
  /** Absent: always. */
  condition?: Expression;
}

export type MatchSegment = { text: string } | { name: string; rest: boolean };

export interface MatchBlock extends Place {
  segments: MatchSegment[];
  allows: Allow[];
  functions: FunctionDeclaration[];
  matches: MatchBlock[];
}

export interface Ruleset {
  /** Functions of the file and of the service block. */
  functions: FunctionDeclaration[];
  matches: MatchBlock[];
}
