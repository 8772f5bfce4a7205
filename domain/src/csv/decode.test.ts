import { expect, test } from 'vitest';
import { decodeText } from './decode.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, mark: readonly number[], bigEnd: boolean): Uint8Array =>
  Uint8Array.from([
    ...mark,
    ...[...text].flatMap((char) =>
      char.split('').flatMap((unit) => {
        const [high, low] = [unit.charCodeAt(0) >> 8, unit.charCodeAt(0) & 0xff];
        return bigEnd ? [high, low] : [low, high];
      }),
    ),
  ]);

test.each<[string, Uint8Array, string, string]>([
  ['plain UTF-8', utf8('a,ü\n€'), 'a,ü\n€', 'utf-8'],
  ['UTF-8 with a mark', Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8('a,b')]), 'a,b', 'utf-8'],
  ['UTF-16, little end first', utf16('a,ü\r\nb,€😀', [0xff, 0xfe], false), 'a,ü\r\nb,€😀', 'utf-16le'],
  ['UTF-16, big end first', utf16('a,ü\r\nb,€😀', [0xfe, 0xff], true), 'a,ü\r\nb,€😀', 'utf-16be'],
  ['nothing', new Uint8Array(), '', 'utf-8'],
])('%s', (_, bytes, text, encoding) => {
  expect(decodeText(bytes)).toMatchObject({ text, encoding });
});

test.each<[string, Uint8Array, number]>([
  ['Latin-1 in line 3', Uint8Array.from([...utf8('a,b\nc,d\nM'), 0xfc, ...utf8('ller,1\n')]), 3],
  ['in the first line', Uint8Array.from([0xff, 0x41]), 1],
  ['in the last line, which has no end', Uint8Array.from([...utf8('a\nb\n'), 0xe2, 0x82]), 3],
  ['after characters of several bytes', Uint8Array.from([...utf8('ü€\n😀\n'), 0xc0]), 3],
  ['a zero', utf8('a\nb\0c'), 2],
])('bytes that are no text are refused with their line, never replaced: %s', (_, bytes, line) => {
  expect(decodeText(bytes)).toEqual({
    issue: {
      line,
      column: null,
      code: 'encoding',
      message: expect.any(String) as string,
      remedy: expect.stringContaining('UTF-8') as string,
    },
  });
});
