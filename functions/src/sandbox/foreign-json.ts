/** Deeper than any plan; code that walks a value by recursion must not run out of stack. */
const MAX_DEPTH = 200;
/** Commas, colons and brackets: enough for 100,000 effects of 40 signs each. */
const MAX_SIGNS = 4_000_000;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * What JSON would become when parsed: a few megabytes of `{},{},…` are hundreds as objects. A string counts as one
 * value, however long. `tooLarge` names the bound that is broken.
 */
export function tooLarge(json: string, maxDepth = MAX_DEPTH, maxSigns = MAX_SIGNS): 'levels' | 'values' | undefined {
  let depth = 0;
  let signs = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(json, at);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        depth += 1;
        signs += 1;
        if (depth > maxDepth) return 'levels';
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
      case COLON:
        signs += 1;
    }
    if (signs > maxSigns) return 'values';
  }
  return undefined;
}

/** Position of the quote that ends the string beginning at `start`, or the end of the text. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}

/** The name, or an escaped letter or underscore, of which it could be made: `JSON.stringify` never escapes those. */
const SUSPICIOUS = /__proto__|\\u00[4-7]/;

/**
 * JSON from a plugin may name `__proto__`; code that copies such a property would change a prototype. A reviver is
 * slow on a large plan, so it is used only where the name may occur. Call `tooLarge` first.
 */
export function parseForeign(json: string): unknown {
  return SUSPICIOUS.test(json)
    ? JSON.parse(json, (key, value: unknown) => (key === '__proto__' ? undefined : value))
    : JSON.parse(json);
}
