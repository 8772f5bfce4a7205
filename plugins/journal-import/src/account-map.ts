import { idSchema } from '@countersign/domain/schemas/common';

export type ParsedMap =
  | { readonly ok: true; readonly ids: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly message: string };

/** Names of the file and the accounts that they stand for: `Assets:Bank = bank`, one a line, or `;` between them. */
export function parseAccountMap(text: string | undefined): ParsedMap {
  const ids = new Map<string, string>();
  for (const part of (text ?? '').split(/[;\r\n]/).map((piece) => piece.trim())) {
    if (part === '') continue;
    const at = part.lastIndexOf('=');
    const [name, id] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    if (at < 1 || name === '' || !idSchema.safeParse(id).success)
      return { ok: false, message: `"${part.slice(0, 80)}" is not a name and an account, such as Assets:Bank = bank` };
    if (ids.has(name)) return { ok: false, message: `"${name.slice(0, 80)}" is there twice` };
    ids.set(name, id);
  }
  return { ok: true, ids };
}
