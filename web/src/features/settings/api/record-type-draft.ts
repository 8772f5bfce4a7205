import { type RecordType, recordTypeSchema } from '@countersign/domain/schemas/record';

export type RecordField = RecordType['fields'][number];
export const FIELD_TYPES: readonly RecordField['type'][] = recordTypeSchema.shape.fields.element.shape.type.options;

export interface RecordTypeDraft {
  readonly type: string;
  readonly title: string;
  readonly fields: readonly RecordField[];
}
type Proposed = Omit<RecordType, 'createdAt' | 'version'>;

export type RecordTypeResult =
  | { readonly ok: true; readonly recordType: Proposed }
  /** By field: `type`, `title`, `fields.2.name`. */
  | { readonly ok: false; readonly issues: ReadonlyMap<string, string> };

const proposedSchema = recordTypeSchema.omit({ createdAt: true, version: true });
const SAY: readonly (readonly [path: RegExp, message: string])[] = [
  [/^type$/, 'Write small letters, digits and hyphens, such as fund-price'],
  [/^title$/, 'A name is needed, of at most 80 characters'],
  [/^fields\.\d+\.name$/, 'Begin with a small letter, then letters and digits only, such as unitPrice'],
  [/^fields$/, 'A record needs a field'],
];

/** The type that a draft says, or what is wrong with it, field by field. */
export function recordTypeOf(draft: RecordTypeDraft): RecordTypeResult {
  const trimmed = {
    type: draft.type.trim(),
    title: draft.title.trim(),
    fields: draft.fields.map((field) => ({ ...field, name: field.name.trim() })),
  };
  const issues = new Map<string, string>();
  const parsed = proposedSchema.safeParse(trimmed);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const at = path.join('.');
    issues.set(at, SAY.find(([pattern]) => pattern.test(at))?.[1] ?? message);
  }
  trimmed.fields.forEach(({ name }, index) => {
    const first = trimmed.fields.findIndex((field) => field.name === name);
    if (first < index && !issues.has(`fields.${index}.name`))
      issues.set(`fields.${index}.name`, `Field ${first + 1} has this name already`);
  });
  return parsed.success && issues.size === 0 ? { ok: true, recordType: parsed.data } : { ok: false, issues };
}

/** Whether a stored type would be changed by it at all. */
export function isSameType(draft: Proposed, stored: RecordType): boolean {
  const { createdAt: _, version: __, ...before } = stored;
  return JSON.stringify(proposedSchema.parse(draft)) === JSON.stringify(proposedSchema.parse(before));
}
