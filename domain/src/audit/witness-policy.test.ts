import { describe, expect, test } from 'vitest';
import { witnessKey } from './cosignature.ts';
import { isEnough, parseWitnessPolicy, policyOfKeys, quorumInWords } from './witness-policy.ts';

const keyOf = (name: string, fill: number): string =>
  witnessKey({ name: `${name}.example/w`, publicKey: new Uint8Array(32).fill(fill) });
const KEYS = ['x1', 'x2', 'x3', 'y1', 'y2'].map((name, at) => keyOf(name, at + 1));
const [X1 = '', X2 = ''] = KEYS;

const GROUPS = `# as in the specification
log example.com/log+1234+abcd
witness X1 ${KEYS[0]} https://x1.example/w/
witness X2\t${KEYS[1]}
  witness X3 ${KEYS[2]} https://x3.example

group X 2 X1 X2 X3
witness Y1 ${KEYS[3]}
witness Y2 ${KEYS[4]}
group Y any Y1 Y2
group X-and-Y all X Y
quorum X-and-Y
`;

test('groups of groups are as much as they say', () => {
  const { quorum, witnesses, logs } = parseWitnessPolicy(GROUPS);
  expect(witnesses.map(({ alias, url }) => [alias, url])).toEqual([
    ['X1', 'https://x1.example/w'],
    ['X2', null],
    ['X3', 'https://x3.example'],
    ['Y1', null],
    ['Y2', null],
  ]);
  expect(logs).toEqual(['example.com/log+1234+abcd']);
  expect(quorumInWords(quorum)).toBe('2 of (2 of (X1, X2, X3), 1 of (Y1, Y2))');
  const enough = (...aliases: string[]): boolean => isEnough(quorum, new Set(aliases));
  expect(enough('X1', 'X3', 'Y2')).toBe(true);
  expect(enough('X1', 'X2', 'X3')).toBe(false);
  expect(enough('X1', 'Y1', 'Y2')).toBe(false);
});

test('a policy that needs nobody has a quorum of none', () => {
  const { quorum } = parseWitnessPolicy(`witness w ${X1}\nquorum none\n`);
  expect(isEnough(quorum, new Set())).toBe(true);
  expect(quorumInWords(quorum)).toBe('');
});

describe('what is no policy is refused, with its line', () => {
  test.each([
    ['no quorum', `witness w ${X1}`, /no quorum line/],
    ['two quorums', `witness w ${X1}\nquorum w\nquorum w`, /Line 3.*quorum already/],
    ['a name of later', `quorum w\nwitness w ${X1}`, /Line 1.*nothing is called w/],
    ['a threshold above its members', `witness w ${X1}\ngroup g 2 w\nquorum g`, /Line 2.*no threshold/],
    ['a threshold of nothing', `witness w ${X1}\ngroup g 0 w\nquorum g`, /Line 2.*no threshold/],
    ['a member twice', `witness w ${X1}\ngroup g 2 w w\nquorum g`, /Line 2.*named twice/],
    ['a name twice', `witness w ${X1}\nwitness w ${X2}\nquorum w`, /Line 2.*can't be used/],
    ['the name none', `witness none ${X1}\nquorum none`, /Line 1.*can't be used/],
    ['none as a member', `witness w ${X1}\ngroup g any none\nquorum g`, /Line 2.*nothing is called none/],
    ['a key twice', `witness w ${X1}\nwitness v ${X1}\nquorum w`, /Line 2.*same key/],
    ['a name of a key twice', `witness w ${X1}\nwitness v ${keyOf('x1', 9)}\nquorum w`, /Line 2.*same name/],
    ["a log's key", `witness w ${X1.replace('+', '+0')}\nquorum w`, /Line 1.*no key of a witness/],
    ['another word', `watch w ${X1}\nquorum none`, /Line 1.*does not begin/],
    ['plain http', `witness w ${X1} http://w.example\nquorum w`, /Line 1.*not https/],
    ['a file', `witness w ${X1} file:///etc/passwd\nquorum w`, /Line 1.*not https/],
    ['a password in it', `witness w ${X1} https://a:b@w.example\nquorum w`, /Line 1.*more than a host/],
    ['a query', `witness w ${X1} https://w.example/?to=x\nquorum w`, /Line 1.*more than a host/],
  ])('%s', (_, text, message) => expect(() => parseWitnessPolicy(text)).toThrow(message));

  test('http on this machine is taken', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(parseWitnessPolicy(`witness w ${X1} http://${host}:1\nquorum w`).witnesses[0]?.url).toBe(
        `http://${host}:1`,
      );
  });
});

test('keys alone, of which so many are enough', () => {
  const { witnesses, quorum } = policyOfKeys([X1, X2], 1);
  expect(witnesses.map(({ alias }) => alias)).toEqual(['x1.example/w', 'x2.example/w']);
  expect(isEnough(quorum, new Set(['x2.example/w']))).toBe(true);
  expect(isEnough(quorum, new Set())).toBe(false);
  expect(isEnough(policyOfKeys([X1], 0).quorum, new Set())).toBe(true);
  expect(() => policyOfKeys([X1], 2)).toThrow(/needs the keys/);
});
