/**
 * Stripe's form encoding: `metadata[order]=7&created[gte]=1&expand[]=x`. The pairs stay flat, keyed by their
 * whole name, because that is all the routes need: `metadata[order]` is one parameter among others.
 */
export type Form = ReadonlyMap<string, string>;

const MAX_FIELDS = 1_000;

/** Parse a query string or a request body. Undefined when it has too many fields. The last of equal names wins. */
export function parseForm(text: string): Form | undefined {
  const form = new Map<string, string>();
  if (text === '') return form;
  for (const [name, value] of new URLSearchParams(text)) {
    if (form.size >= MAX_FIELDS) return undefined;
    form.set(name, value);
  }
  return form;
}

/** The part of a name before its first bracket: `metadata[order]` is `metadata`. */
export function rootOf(name: string): string {
  const bracket = name.indexOf('[');
  return bracket === -1 ? name : name.slice(0, bracket);
}

/** The entries of a hash parameter: `metadata[order]=7` gives `{ order: '7' }` for `metadata`. */
export function hashOf(form: Form, root: string): Record<string, string> {
  const hash: Record<string, string> = {};
  for (const [name, value] of form) {
    if (name.startsWith(`${root}[`) && name.endsWith(']')) hash[name.slice(root.length + 1, -1)] = value;
  }
  return hash;
}

/** The same parameters in any order give the same text: what an idempotency key is compared by. */
export function canonicalForm(form: Form): string {
  return [...form]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
}
