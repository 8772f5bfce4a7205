import type { Statement, StatementFormat, StatementLine } from '@countersign/domain/schemas/statement';
import { sectionInWords } from '@countersign/domain/ledger/statements/titles';

/** A statement as a file. */
export interface Rendered {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** Who made it, and when: it stands in the file. */
export interface Issue {
  readonly statementId: string;
  readonly issuedAt: string;
}

export type Render = (statement: Statement, issue: Issue) => Promise<Rendered>;

/** Loaded when it is first asked for: what makes PDFs is large, and no other function needs it. */
export const renderers: Readonly<Record<StatementFormat, () => Promise<Render>>> = {
  csv: async () => (await import('./csv.ts')).renderCsv,
  xlsx: async () => (await import('./xlsx.ts')).renderXlsx,
  pdf: async () => (await import('./pdf.ts')).renderPdf,
};

export interface RenderedSection {
  readonly title: string;
  readonly currency: string;
  readonly lines: readonly StatementLine[];
}

/** Lines by currency, in the order in which they come. */
export function sectionsOf(lines: readonly StatementLine[]): RenderedSection[] {
  const sections: { title: string; currency: string; lines: StatementLine[] }[] = [];
  for (const line of lines) {
    const title = sectionInWords(line);
    const last = sections.at(-1);
    if (last?.title === title) last.lines.push(line);
    else sections.push({ title, currency: line.currency, lines: [line] });
  }
  return sections;
}

export const isRegister = (statement: Statement): boolean => statement.parameters.kind === 'account_register';
