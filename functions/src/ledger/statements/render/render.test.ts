import { strFromU8, unzipSync } from 'fflate';
import fc from 'fast-check';
import Papa from 'papaparse';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { describe, expect, test } from 'vitest';
import type { Statement } from '@countersign/domain/schemas/statement';
import { renderCsv } from './csv.ts';
import { EXAMPLE_ISSUE, exampleStatement } from './example-statement.ts';
import { renderPdf } from './pdf.ts';
import { cellName, isExactInSpreadsheets } from './sheet-xml.ts';
import { renderXlsx } from './xlsx.ts';

const HOSTILE = ['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '＝1'];

async function csvOf(statement: Statement): Promise<Record<string, string>[]> {
  const { bytes } = await renderCsv(statement, EXAMPLE_ISSUE);
  const parsed = Papa.parse<Record<string, string>>(new TextDecoder().decode(bytes), {
    header: true,
    skipEmptyLines: true,
  });
  expect(parsed.errors).toEqual([]);
  return parsed.data;
}

async function workbookOf(statement: Statement): Promise<Record<string, string>> {
  const { bytes } = await renderXlsx(statement, EXAMPLE_ISSUE);
  return Object.fromEntries(Object.entries(unzipSync(bytes)).map(([name, file]) => [name, strFromU8(file)]));
}

interface Read {
  readonly type: string | null;
  readonly text: string;
  readonly format: string;
}

/** Cells by name, with the cell format's XML. */
function cellsIn(files: Record<string, string>, sheet: 1 | 2): Map<string, Read> {
  const formats = [
    ...(/<cellXfs[^>]*>(.*)<\/cellXfs>/s.exec(files['xl/styles.xml'] ?? '')?.[1] ?? '').matchAll(
      /<xf .*?(?:\/>|<\/xf>)/gs,
    ),
  ];
  const unescape = (text: string): string =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const cells = new Map<string, Read>();
  for (const [, name = '', style = '', , type = '', body = ''] of (
    files[`xl/worksheets/sheet${sheet}.xml`] ?? ''
  ).matchAll(/<c r="([A-Z]+\d+)" s="(\d+)"( t="(\w+)")?>(.*?)<\/c>/gs))
    cells.set(name, {
      type: type === '' ? null : type,
      text: unescape(body.replaceAll(/<[^>]+>/g, '')),
      format: formats[Number(style)]?.[0] ?? '',
    });
  return cells;
}

interface PdfText {
  readonly text: string;
  readonly x: number;
  readonly right: number;
  readonly y: number;
}

async function pdfOf(statement: Statement): Promise<{ pages: PdfText[][]; fonts: string; bytes: Uint8Array }> {
  const { bytes } = await renderPdf(statement, EXAMPLE_ISSUE);
  const fonts = [...strFromU8(bytes, true).matchAll(/\/BaseFont \/([^\s/]+)/g)].map(([, name]) => name).join(' ');
  const loading = getDocument({ data: Uint8Array.from(bytes), verbosity: 0 });
  const document = await loading.promise;
  const pages: PdfText[][] = [];
  for (let index = 1; index <= document.numPages; index += 1) {
    const { items } = await (await document.getPage(index)).getTextContent();
    pages.push(
      items.flatMap((item) => {
        if (!('str' in item) || item.str.trim() === '') return [];
        const [x, y] = [Number(item.transform[4]), Number(item.transform[5])];
        return [{ text: item.str, x, right: x + item.width, y }];
      }),
    );
  }
  await loading.destroy();
  return { pages, fonts, bytes };
}

describe('CSV', () => {
  test('lines with amounts in major units, and what one must know about them, in one table', async () => {
    const rows = await csvOf(
      exampleStatement([
        { label: 'Bank, main', amounts: { amount: '-123456' } },
        { currency: 'KWD', amounts: { amount: '1' } },
        { currency: 'JPY', kind: 'heading', amounts: {} },
      ]),
    );
    const lines = rows.filter(({ row }) => row === 'line');
    expect(lines.map(({ label, currency, amount }) => [label, currency, amount])).toEqual([
      ['Bank, main', 'USD', '-1234.56'],
      ['Line 1', 'KWD', '0.001'],
      ['Line 2', 'JPY', ''],
    ]);
    const about = rows.filter(({ row }) => row === 'about').map(({ kind, label }) => `${kind}: ${label}`);
    expect(about).toContain(`Evidence: Ledger countersign/acme/ledger, size 1204, root ${'ab12'.repeat(16)}`);
    expect(about).toContain('As known: As known at the end of 2 April 2026 (24:00 UTC)');
    expect(about).toContain('Holds: USD: debits and credits are equal; the difference is exactly zero');
  });

  test('no cell is a formula', async () => {
    const rows = await csvOf(
      exampleStatement(
        HOSTILE.map((label) => ({ label })),
        { notes: ['=HYPERLINK("x")'] },
      ),
    );
    expect(rows.slice(0, HOSTILE.length).map(({ label }) => label)).toEqual(HOSTILE.map((label) => `'${label}`));
    for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^\s*[=+@\t\r]|^-[^0-9]/);
  });
});

describe('XLSX', () => {
  test('amounts are numbers to the last digit, or text where a spreadsheet would round them', async () => {
    const amounts = ['123456', '-5', '0', '99999999999999999', '999999999999999', '100000000000000000'];
    const files = await workbookOf(exampleStatement(amounts.map((amount) => ({ amounts: { amount } }))));
    const cells = cellsIn(files, 1);
    expect(amounts.map((_, index) => cells.get(`D${index + 2}`)).map((cell) => [cell?.type, cell?.text])).toEqual([
      [null, '1234.56'],
      [null, '-0.05'],
      [null, '0.00'],
      ['inlineStr', '999999999999999.99'],
      [null, '9999999999999.99'],
      ['inlineStr', '1000000000000000.00'],
    ]);
    expect([...cellsIn(files, 2).values()].some(({ text }) => text.includes('more than 15 digits'))).toBe(true);
  });

  test('each currency has its own number of decimals', async () => {
    const currencies = ['USD', 'JPY', 'KWD', 'CLF'];
    const files = await workbookOf(
      exampleStatement(currencies.map((currency) => ({ currency, amounts: { amount: '1' } }))),
    );
    const formats = new Map(
      [...(files['xl/styles.xml'] ?? '').matchAll(/numFmtId="(\d+)" formatCode="([^"]+)"/g)].map(([, id, code]) => [
        id,
        code,
      ]),
    );
    const shown = currencies.map((_, index) => {
      const cell = cellsIn(files, 1).get(`D${index + 2}`);
      return [cell?.text, formats.get(/numFmtId="(\d+)"/.exec(cell?.format ?? '')?.[1])];
    });
    expect(shown).toEqual([
      ['0.01', '#,##0.00;\\-#,##0.00'],
      ['1', '#,##0;\\-#,##0'],
      ['0.001', '#,##0.000;\\-#,##0.000'],
      ['0.0001', '#,##0.0000;\\-#,##0.0000'],
    ]);
  });

  test('a name is text whatever it begins with, and nothing else than it was', async () => {
    const names = [...HOSTILE, `<b>"Fish" & 'chips'</b>`, 'Ελληνική Банк Łódź 中文 😀', ' leading'];
    const files = await workbookOf(exampleStatement(names.map((label) => ({ label }))));
    const cells = cellsIn(files, 1);
    names.forEach((label, index) => {
      const cell = cells.get(`A${index + 2}`);
      expect(cell).toMatchObject({ type: 'inlineStr', text: label });
      expect(cell?.format.includes('quotePrefix="1"')).toBe(HOSTILE.includes(label));
    });
    expect(Object.values(files).join()).not.toContain('<f>');
  });

  test('what XML can not hold is left out', async () => {
    const files = await workbookOf(exampleStatement([{ label: 'a\u0000b\u001fc\ud800d' }]));
    expect(cellsIn(files, 1).get('A2')?.text).toBe('abcd');
  });

  test('the header stays in sight and on every printed page, with numbers and evidence below', async () => {
    const files = await workbookOf(exampleStatement([{}]));
    const sheet = files['xl/worksheets/sheet1.xml'] ?? '';
    expect(sheet).toContain('state="frozen"');
    expect(sheet).toContain('Page &amp;P of &amp;N');
    expect(sheet).toContain('Acme &amp;&amp; Söhne');
    expect(sheet).toContain('countersign/acme/ledger, size 1204');
    expect(files['xl/workbook.xml']).toContain('_xlnm.Print_Titles');
    expect(files['xl/workbook.xml']).toContain('Statement!$A$1:$D$2');
    for (const name of Object.keys(files)) if (name !== '[Content_Types].xml') expect(files[name]).toContain('<?xml');
  });

  test('days of a register are days', async () => {
    const entry = { day: '2026-03-31', journalId: 'j-1', recordedAt: '2026-04-01T00:00:00.000Z', counter: ['bank'] };
    const statement = exampleStatement([{ kind: 'entry', entry }], {
      parameters: {
        kind: 'account_register',
        accountId: 'bank',
        currency: null,
        from: '2026-03-01',
        to: '2026-03-31',
        knownAt: null,
      },
    });
    // 31 March 2026 is day 46112 of Excel's count.
    expect(cellsIn(await workbookOf(statement), 1).get('A2')).toMatchObject({ type: null, text: '46112' });
  });

  test('the same statement makes the same bytes', async () => {
    const statement = exampleStatement([{}, {}]);
    const [one, two] = [await renderXlsx(statement, EXAMPLE_ISSUE), await renderXlsx(statement, EXAMPLE_ISSUE)];
    expect(one.bytes).toEqual(two.bytes);
  });

  test('names of cells, and which numbers a double keeps', () => {
    expect([0, 25, 26, 701, 702].map((column) => cellName(column, 0))).toEqual(['A1', 'Z1', 'AA1', 'ZZ1', 'AAA1']);
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.constantFrom(0, 2, 3, 4), (minor, places) => {
        const digits = `${minor < 0n ? -minor : minor}`.padStart(places + 1, '0');
        const text = `${minor < 0n ? '-' : ''}${digits.slice(0, digits.length - places)}${places === 0 ? '' : `.${digits.slice(-places)}`}`;
        // What Excel does: the nearest double, and 15 digits of it.
        if (isExactInSpreadsheets(text))
          expect(BigInt(Math.round(Number(Number(text).toPrecision(15)) * 10 ** places))).toBe(minor);
      }),
    );
  });
});

describe('PDF', () => {
  const many = Array.from({ length: 150 }, (_, index) => ({
    label: `Account ${index}`,
    amounts: { amount: String((index % 2 === 0 ? 1 : -1) * 7 ** (index % 18) * 100) },
  }));

  test('every page has the head, the names of the columns, its number of how many, and the evidence', async () => {
    const { pages } = await pdfOf(exampleStatement(many));
    expect(pages.length).toBeGreaterThan(2);
    pages.forEach((page, index) => {
      const texts = page.map(({ text }) => text);
      expect(texts).toContain('Acme & Söhne');
      expect(texts).toContain('Balance sheet');
      expect(texts).toContain('at 31 March 2026. As known at the end of 2 April 2026 (24:00 UTC).');
      expect(texts).toContain(`Page ${index + 1} of ${pages.length}`);
      expect(texts.join()).toContain('Ledger countersign/acme/ledger, size 1204, root ab12ab12ab12ab12…');
      if (texts.some((text) => text.startsWith('Account '))) expect(texts).toContain('Amount');
    });
    const all = pages.flat().map(({ text }) => text);
    for (const { label } of many) expect(all.filter((text) => text === label)).toHaveLength(1);
    expect(all.join(' ')).toContain('ab12'.repeat(16).slice(0, 40));
  });

  test('amounts end on one line, with a true minus, in figures of one width', async () => {
    const { pages } = await pdfOf(exampleStatement(many));
    const amounts = pages.flat().filter(({ text }) => /^\u2212?[\d,]+\.\d\d$/.test(text));
    expect(amounts.length).toBeGreaterThanOrEqual(many.length);
    expect(amounts.some(({ text }) => text.startsWith('\u2212'))).toBe(true);
    const [first = 0] = amounts.map(({ right }) => right);
    for (const { right } of amounts) expect(Math.abs(right - first)).toBeLessThan(0.2);
    const widths = new Set(
      amounts.filter(({ text }) => text.length === 11).map((one) => (one.right - one.x).toFixed(1)),
    );
    expect(widths.size).toBe(1);
  });

  test('names in Latin, Greek and Cyrillic are in it as they are, with the font inside', async () => {
    const names = ['Łódź Æsir Ğüş', 'Ελληνική Τράπεζα', 'Банк Україна Ђорђе'];
    const { pages, fonts } = await pdfOf(exampleStatement(names.map((label) => ({ label }))));
    const all = pages.flat().map(({ text }) => text);
    for (const name of names) expect(all).toContain(name);
    expect(fonts).toContain('IBMPlexSans');
    expect(fonts).not.toContain('Helvetica');
    expect(all.join(' ')).not.toContain('The font lacks');
  });

  test('what the font lacks is said', async () => {
    const { pages } = await pdfOf(exampleStatement([{ label: '東京 account' }]));
    expect(
      pages
        .flat()
        .map(({ text }) => text)
        .join(' '),
    ).toContain('The font lacks');
  });

  test('a long name is broken, never cut, and stays in its column', async () => {
    const label = `${'Receivables from marketplaces in the northern region '.repeat(4)}${'x'.repeat(150)}`;
    const { pages } = await pdfOf(exampleStatement([{ label, amounts: { amount: '100' } }]));
    const texts = pages.flat();
    const amount = texts.find(({ text }) => text === '1.00');
    const broken = texts.filter(({ text, right }) => /Receivables|xxx/.test(text) && right < (amount?.x ?? 0));
    expect(broken.length).toBeGreaterThan(2);
    expect(
      broken
        .map(({ text }) => text)
        .join('')
        .replaceAll(' ', ''),
    ).toBe(label.replaceAll(' ', ''));
  });

  test('amounts of any length are whole', async () => {
    const amount = '9'.repeat(78);
    const statement = exampleStatement([{ amounts: { debit: amount, credit: amount, balance: amount } }], {
      columns: ['debit', 'credit', 'balance'].map((id) => ({ id, label: id })),
    });
    const texts = (await pdfOf(statement)).pages.flat();
    const digits = texts.filter(({ text }) => /^[\d,.]+$/.test(text)).map(({ text }) => text.replaceAll(/\D/g, ''));
    expect(digits.join('')).toHaveLength(3 * 78);
    for (const { right } of texts) expect(right).toBeLessThan(842 - 40);
  });
});

describe('compared with other days', () => {
  const columns = [
    { id: 'amount', label: '31 Mar 2026' },
    { id: 'amount:2025-12-31', label: '31 Dec 2025' },
    { id: 'amount:2025-03-31', label: '31 Mar 2025' },
  ];
  const rate = (asOf: string, used: 'closing' | 'day') => ({
    base: 'EUR',
    quote: 'USD',
    rate: '1.0834',
    source: 'ECB',
    asOf,
    observedAt: `${asOf}T14:15:00.000Z`,
    used,
  });
  const days = Array.from({ length: 90 }, (_, index) =>
    new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
  );
  const statement = exampleStatement(
    [
      { amounts: { amount: '123456', 'amount:2025-12-31': '-100', 'amount:2025-03-31': '0' } },
      // Not converted on that day: there was no rate.
      { converted: true, amounts: { amount: '7' } },
    ],
    {
      columns,
      controlTotals: [
        {
          id: 'assets',
          label: 'Total assets',
          currency: 'USD',
          converted: false,
          of: '31 Dec 2025',
          amountMinor: '-100',
        },
      ],
      rates: [...days.map((day) => rate(day, 'day')), rate('2026-03-31', 'closing')],
    },
  );

  test('in CSV each day has its column, and each rate its row', async () => {
    const rows = await csvOf(statement);
    expect(rows[0]).toMatchObject({ amount: '1234.56', 'amount:2025-12-31': '-1.00', 'amount:2025-03-31': '0.00' });
    expect(rows[1]).toMatchObject({ amount: '0.07', 'amount:2025-12-31': '' });
    expect(rows.filter(({ kind }) => kind === 'Rate of a day')).toHaveLength(90);
    expect(rows.find(({ kind }) => kind === 'Closing rate')?.['label']).toBe(
      '1 EUR = 1.0834 USD (ECB, of 2026-03-31, observed 2026-03-31T14:15:00.000Z)',
    );
    expect(rows.find(({ kind }) => kind?.startsWith('Control total'))?.['kind']).toBe(
      'Control total, USD, 31 Dec 2025',
    );
  });

  test('in a workbook too, as numbers, in the printed area', async () => {
    const files = await workbookOf(statement);
    const cells = cellsIn(files, 1);
    expect(['D1', 'E1', 'F1'].map((name) => cells.get(name)?.text)).toEqual(columns.map(({ label }) => label));
    expect([cells.get('E2')?.text, cells.get('E2')?.type]).toEqual(['-1.00', null]);
    expect(files['xl/workbook.xml']).toContain('$F$3');
  });

  test('in PDF amounts end where their column does, and the rates of days are paragraphs that fit on a page', async () => {
    const { pages } = await pdfOf(statement);
    const [first = []] = pages;
    const right = (text: string): number => Math.round(first.find((one) => one.text === text)?.right ?? Number.NaN);
    expect(right('1,234.56')).toBe(right('31 Mar 2026'));
    expect(right('−1.00')).toBe(right('31 Dec 2025'));
    expect(right('0.00')).toBe(right('31 Mar 2025'));
    const text = pages
      .flat()
      .map((one) => one.text)
      .join(' ')
      .replaceAll(/\s+/g, ' ');
    for (const day of days) expect(text).toContain(`${day}: 1.0834, observed`);
    for (const page of pages) for (const { y, right: end } of page) expect(y > 20 && end < 842).toBe(true);
  });
});
