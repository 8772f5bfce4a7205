import { evidenceInWords, knownInWords } from '@countersign/domain/ledger/statements/titles';
import { formatAmount, toMinor } from '@countersign/domain/money/money';
import type { Statement, StatementLine } from '@countersign/domain/schemas/statement';
import { aboutInShort } from './about.ts';
import { PdfPages, type Look, type PdfColumn } from './pdf-pages.ts';
import { isRegister, sectionsOf, type Issue, type Render } from './rendered.ts';

/** Narrower than this, names would be cut too often. */
const MIN_LABEL_WIDTH = 190;
const AMOUNT_GAP = 14;
const INDENT = 11;

/**
 * On paper, or for the archive: A4, the head and the names of the columns on every page, and below them the page of how
 * many with the evidence. Amounts are set in figures of one width, so that they stand in line.
 */
export const renderPdf: Render = async (statement, issue) => {
  const pages = await openPages(statement, issue);
  for (const { title, lines } of sectionsOf(statement.lines)) {
    pages.heading(title);
    for (const line of lines) pages.row(cellsOf(statement, line), lookOf(line), line.level * INDENT);
    pages.gap();
  }
  pages.closeTable();
  pages.heading('About this statement');
  for (const [name, text] of aboutInShort(statement, issue)) pages.pair(name, text);
  const missing = pages.missingCharacters();
  if (missing !== '')
    pages.pair('Note', `The font lacks some characters, shown as boxes; the CSV and the workbook have them.`);
  return { bytes: await pages.finish(), contentType: 'application/pdf' };
};

async function openPages(statement: Statement, issue: Issue): Promise<PdfPages> {
  const [regular, bold] = await PdfPages.fonts();
  const options = {
    title: `${statement.title}, ${statement.period}`,
    author: statement.organization.name,
    createdAt: issue.issuedAt,
    head: [statement.organization.name, statement.title, `${statement.period}. ${knownInWords(statement)}.`] as const,
    foot: `${evidenceInWords(statement.evidence, 16)} · ${issue.statementId}`,
    fonts: [regular, bold] as const,
  };
  const pages = new PdfPages({ ...options, landscape: isRegister(statement) });
  const columns = columnsOf(statement, pages);
  if (columns !== null) return pages.openTable(columns);
  const wide = new PdfPages({ ...options, landscape: true });
  return wide.openTable(columnsOf(statement, wide) ?? squeezed(statement, wide));
}

/** Amounts get what the longest needs, the label the rest; null when that is too little. */
function columnsOf(statement: Statement, pages: PdfPages): PdfColumn[] | null {
  const lead: PdfColumn[] = isRegister(statement)
    ? [
        { id: 'day', label: 'Day', width: 58, align: 'left' },
        { id: 'journal', label: 'Journal', width: 110, align: 'left' },
      ]
    : [];
  const amounts = statement.columns.map(({ id, label }): PdfColumn => {
    const texts = statement.lines.map((line) => amountText(line, id));
    const width = Math.max(
      pages.widthOf(label, 'bold'),
      ...[...longest(texts)].map((text) => pages.widthOf(text, 'bold')),
    );
    return { id, label, width: width + AMOUNT_GAP, align: 'right' };
  });
  const left = pages.width - [...lead, ...amounts].reduce((sum, { width }) => sum + width, 0);
  if (left < MIN_LABEL_WIDTH) return null;
  return [...lead, { id: 'label', label: isRegister(statement) ? 'Memo' : '', width: left, align: 'left' }, ...amounts];
}

/** Amounts that no page is wide enough for are broken into lines: no digit is left out. */
function squeezed(statement: Statement, pages: PdfPages): PdfColumn[] {
  const width = (pages.width - MIN_LABEL_WIDTH) / statement.columns.length;
  return [
    { id: 'label', label: '', width: MIN_LABEL_WIDTH, align: 'left' },
    ...statement.columns.map(({ id, label }): PdfColumn => ({ id, label, width, align: 'right' })),
  ];
}

/** Figures have one width, so the texts of the greatest length are the widest. */
function longest(texts: readonly string[]): Set<string> {
  const most = Math.max(0, ...new Set(texts.map((text) => text.length)));
  return new Set(texts.filter((text) => text.length >= most - 1).slice(0, 50));
}

function amountText({ amounts, currency }: StatementLine, column: string): string {
  const minor = amounts[column];
  return minor === undefined ? '' : formatAmount(toMinor(minor), currency);
}

function cellsOf(statement: Statement, line: StatementLine): Record<string, string> {
  const amounts = statement.columns.map(({ id }) => [id, amountText(line, id)] as const);
  const counter = line.entry?.counter.join(', ') ?? '';
  return {
    label: line.label + (counter === '' ? '' : ` (${counter})`),
    day: line.entry?.day ?? '',
    journal: line.entry?.journalId ?? '',
    ...Object.fromEntries(amounts),
  };
}

const lookOf = ({ kind }: StatementLine): Look =>
  kind === 'total' ? 'total' : kind === 'heading' || kind === 'group' ? 'bold' : 'regular';
