import { evidenceInWords, knownInWords } from '@countersign/domain/ledger/statements/titles';
import { requireExponent, toMajorText, toMinor } from '@countersign/domain/money/money';
import type { Statement, StatementLine } from '@countersign/domain/schemas/statement';
import { strToU8, zipSync } from 'fflate';
import { aboutOf } from './about.ts';
import { isRegister, sectionsOf, type Render } from './rendered.ts';
import { cellName, cellXml, isExactInSpreadsheets, MAIN, Styles, XML, xmlText, type Cell } from './sheet-xml.ts';

const CONTENT_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
/** Files in the archive bear no time of their own: the same statement makes the same bytes. */
const NO_TIME = new Date('1980-01-01T00:00:00');
const MAX_INDENT = 10;

/** A workbook of two sheets: the statement, and what one must know about it. */
export const renderXlsx: Render = async (statement, issue) => {
  const styles = new Styles();
  const register = isRegister(statement);
  const header = headerOf(statement, register);
  const rows = [
    header,
    ...sectionsOf(statement.lines).flatMap((section) => section.lines.map((line) => rowOf(statement, line, register))),
  ];
  const about: Cell[][] = aboutOf(statement, issue).map(([name, text]) => [
    { kind: 'text', text: name, style: { bold: true } },
    { kind: 'text', text },
  ]);
  if (rows.flat().some((cell) => cell.kind === 'decimal' && !isExactInSpreadsheets(cell.text)))
    about.push([
      { kind: 'text', text: 'Note', style: { bold: true } },
      { kind: 'text', text: 'Amounts of more than 15 digits are text: a spreadsheet would round them.' },
    ]);
  const widths = register ? [12, 34, 40, 30, 10] : [46, 30, 10];
  const sheets = [
    sheetXml(rows, [...widths, ...statement.columns.map(() => 20)], styles, {
      frozen: true,
      landscape: register,
      header: `&L&"-,Bold"${headerText(`${statement.organization.name}: ${statement.title}`)}&R${headerText(statement.period)}`,
      footer: `&L${headerText(`${knownInWords(statement)}\n${evidenceInWords(statement.evidence, 16)}`)}&RPage &P of &N`,
    }),
    sheetXml(about, [28, 110], styles, { frozen: false, landscape: true, header: '', footer: '&RPage &P of &N' }),
  ];
  const lastColumn = cellName(widths.length + statement.columns.length - 1, rows.length - 1);
  const files = {
    '[Content_Types].xml': CONTENT_TYPES,
    '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" Type="${PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`,
    'docProps/core.xml': `${XML}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${xmlText(`${statement.title}, ${statement.period}`)}</dc:title><dc:creator>${xmlText(statement.organization.name)}</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${issue.issuedAt}</dcterms:created></cp:coreProperties>`,
    'xl/workbook.xml': workbookXml(lastColumn),
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${RELATIONS}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': sheets[0] ?? '',
    'xl/worksheets/sheet2.xml': sheets[1] ?? '',
    // Last: by now it knows all formats.
    'xl/styles.xml': styles.xml(),
  };
  const archive = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]));
  return { bytes: zipSync(archive, { level: 6, mtime: NO_TIME }), contentType: CONTENT_TYPE };
};

function headerOf({ columns }: Statement, register: boolean): Cell[] {
  const names = register ? ['Day', 'Journal', 'Memo', 'Counter accounts', 'Currency'] : ['Line', 'Account', 'Currency'];
  return [...names, ...columns.map(({ label }) => label)].map((text) => ({
    kind: 'text',
    text,
    style: { bold: true },
  }));
}

function rowOf({ columns }: Statement, line: StatementLine, register: boolean): Cell[] {
  const { entry, currency, kind } = line;
  const style = { bold: kind !== 'account' && kind !== 'entry', line: kind === 'total' };
  const text = (value: string, indent = 0): Cell => ({ kind: 'text', text: value, style: { ...style, indent } });
  const label = line.converted ? text(`${currency}, converted`) : text(currency);
  const amounts = columns.map(({ id }): Cell => {
    const minor = line.amounts[id];
    if (minor === undefined) return text('');
    return { kind: 'decimal', text: toMajorText(toMinor(minor), currency), places: requireExponent(currency), style };
  });
  const day: Cell = entry === undefined ? text('') : { kind: 'day', day: entry.day };
  return register
    ? [day, text(entry?.journalId ?? ''), text(line.label), text(entry?.counter.join(' ') ?? ''), label, ...amounts]
    : [text(line.label, Math.min(line.level, MAX_INDENT)), text(line.accountId ?? ''), label, ...amounts];
}

interface Page {
  readonly frozen: boolean;
  readonly landscape: boolean;
  readonly header: string;
  readonly footer: string;
}

function sheetXml(rows: readonly (readonly Cell[])[], widths: readonly number[], styles: Styles, page: Page): string {
  const columns = widths.map(
    (width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  );
  const body = rows.map(
    (cells, row) =>
      `<row r="${row + 1}">${cells.map((cell, column) => cellXml(cell, cellName(column, row), styles)).join('')}</row>`,
  );
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  return `${XML}<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">${page.frozen ? pane : ''}</sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>${body.join('')}</sheetData><pageMargins left="0.5" right="0.5" top="0.9" bottom="0.9" header="0.4" footer="0.4"/><pageSetup paperSize="9" orientation="${page.landscape ? 'landscape' : 'portrait'}" fitToWidth="1" fitToHeight="0"/><headerFooter><oddHeader>${xmlText(page.header)}</oddHeader><oddFooter>${xmlText(page.footer)}</oddFooter></headerFooter></worksheet>`;
}

/** The first row is repeated on every printed page, and a filter lies over all. */
function workbookXml(lastCell: string): string {
  const absolute = lastCell.replace(/^([A-Z]+)(\d+)$/, '$$$1$$$2');
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><bookViews><workbookView/></bookViews><sheets><sheet name="Statement" sheetId="1" r:id="rId1"/><sheet name="About" sheetId="2" r:id="rId2"/></sheets><definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">Statement!$A$1:${absolute}</definedName><definedName name="_xlnm.Print_Titles" localSheetId="0">Statement!$1:$1</definedName></definedNames></workbook>`;
}

/** In headers and footers an ampersand begins a code, and 255 characters are the most. */
const headerText = (text: string): string => text.slice(0, 120).replaceAll('&', '&&');

const CONTENT_TYPES = `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${CONTENT_TYPE}.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`;
