/** What is wrong with a recipe: where, what, and what would be right. */
export class RecipeError extends Error {
  readonly where: string;
  readonly what: string;
  readonly remedy: string;

  constructor(where: string, what: string, remedy: string) {
    super(`${where} ${what}. ${remedy}.`);
    this.name = 'RecipeError';
    this.where = where;
    this.what = what;
    this.remedy = remedy;
  }
}

/** Any value in a message, cut. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** A JSON object that is read strictly, key by key; every complaint names its place. */
export class JsonObject {
  readonly where: string;
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #known = new Set<string>();

  private constructor(value: Readonly<Record<string, unknown>>, where: string) {
    this.#value = value;
    this.where = where;
  }

  static of(value: unknown, where: string): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new RecipeError(where, `is ${shown(value)}`, 'Write an object in braces: {…}');
    return new JsonObject(value as Record<string, unknown>, where);
  }

  wrong(what: string, remedy: string): RecipeError {
    return new RecipeError(this.where, what, remedy);
  }

  has(key: string): boolean {
    this.#known.add(key);
    return Object.hasOwn(this.#value, key);
  }

  optional(key: string): unknown {
    return this.has(key) ? this.#value[key] : undefined;
  }

  text(key: string, least = 1): string {
    const value = this.optional(key);
    if (typeof value !== 'string' || value.length < least)
      throw this.wrong(`has ${this.#named(key, value)}`, `Give "${key}" a text in quotes`);
    return value;
  }

  choice<T extends string>(key: string, choices: readonly T[]): T {
    const value = this.optional(key);
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined)
      throw this.wrong(`has ${this.#named(key, value)}`, `Set "${key}" to one of: ${choices.join(', ')}`);
    return chosen;
  }

  integer(key: string, min: number, max: number): number {
    const value = this.optional(key);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      throw this.wrong(`has ${this.#named(key, value)}`, `Set "${key}" to a whole number from ${min} to ${max}`);
    return value;
  }

  list(key: string, least: number, most: number): readonly unknown[] {
    const value = this.optional(key);
    if (!Array.isArray(value) || value.length < least || value.length > most)
      throw this.wrong(
        `has ${this.#named(key, value)}`,
        least === most ? `Give "${key}" a list of ${most}: […]` : `Give "${key}" a list of ${least} to ${most}: […]`,
      );
    return value;
  }

  texts(key: string, least: number, most: number): string[] {
    return this.list(key, least, most).map((one) => {
      if (typeof one !== 'string') throw this.wrong(`has ${shown(one)} in "${key}"`, 'Write texts in quotes');
      return one;
    });
  }

  /** An object of texts, at least one. */
  textByName(key: string): Record<string, string> {
    const entries = Object.entries(JsonObject.of(this.optional(key) ?? null, `${this.where}, "${key}",`).#value);
    if (entries.length === 0) throw this.wrong(`has nothing in "${key}"`, 'Name at least one column');
    return Object.fromEntries(
      entries.map(([name, value]): [string, string] => {
        if (typeof value !== 'string' || value === '')
          throw this.wrong(`has ${shown(value)} for "${name}" in "${key}"`, 'Give it a name in quotes');
        return [name, value];
      }),
    );
  }

  /** Every key must have been asked for: a misspelled one would else be left out in silence. */
  nothingElse(): void {
    const unknown = Object.keys(this.#value).find((key) => !this.#known.has(key));
    if (unknown === undefined) return;
    throw this.wrong(`has "${unknown}", which is not known here`, `Known are: ${[...this.#known].join(', ')}`);
  }

  #named(key: string, value: unknown): string {
    return value === undefined ? `no "${key}"` : `${shown(value)} as "${key}"`;
  }
}
