import { describe, expect, test } from 'vitest';
import { addCheckpointBody, parseAddCheckpoint, readAnswer } from './witness-protocol.ts';

const HASH = '3e535e6c4f0e0a3a6b0dfee66b9d0b0e5d9b7c4dcbe5be0e2dbb4fdb7f4b1f90';
const NOTE = 'countersign/acme/ledger\n12\nroot\n\n\u2014 countersign/acme/ledger c2ln\n';

describe('a request', () => {
  test('has a line for the old size, one for each hash, an empty one, and the checkpoint', () => {
    const body = addCheckpointBody(7, [HASH, HASH], NOTE);
    const base64 = Buffer.from(HASH, 'hex').toString('base64');
    expect(body).toBe(`old 7\n${base64}\n${base64}\n\n${NOTE}`);
    expect(parseAddCheckpoint(body)).toEqual({ oldSize: 7, proof: [HASH, HASH], note: NOTE });
    expect(parseAddCheckpoint(addCheckpointBody(0, [], NOTE))).toEqual({ oldSize: 0, proof: [], note: NOTE });
  });

  test.each([
    ['nothing', ''],
    ['a leading zero', `old 07\n\n${NOTE}`],
    ['a minus', `old -1\n\n${NOTE}`],
    ['another word', `size 7\n\n${NOTE}`],
    ['no empty line', `old 7\n${NOTE.replace('\n\n', '\n')}`],
    ['a hash of another length', `old 7\nAAAA\n\n${NOTE}`],
    [
      'more than 63 hashes',
      addCheckpointBody(
        7,
        Array.from({ length: 64 }, () => HASH),
        NOTE,
      ),
    ],
  ])('with %s is none', (_, body) =>
    expect(() => parseAddCheckpoint(body)).toThrow(expect.objectContaining({ code: 'invalid_argument' })),
  );

  test('of 63 hashes is one', () => {
    const proof = Array.from({ length: 63 }, () => HASH);
    expect(parseAddCheckpoint(addCheckpointBody(7, proof, NOTE)).proof).toHaveLength(63);
  });
});

describe('an answer', () => {
  test.each([
    [200, '\u2014 w c2ln\n\u2014 v c2ln\n', { kind: 'cosigned', lines: ['\u2014 w c2ln', '\u2014 v c2ln'] }],
    [200, '', { kind: 'garbled' }],
    [200, '\u2014 w c2ln', { kind: 'garbled' }],
    [200, '<html>\n', { kind: 'garbled' }],
    [200, '\u2014 w c2ln\n\nmore\n', { kind: 'garbled' }],
    [409, '1204\n', { kind: 'conflict', size: 1204 }],
    [409, '0\n', { kind: 'conflict', size: 0 }],
    [409, '', { kind: 'conflict', size: null }],
    [409, '-4\n', { kind: 'conflict', size: null }],
    [409, '99999999999999999999\n', { kind: 'conflict', size: null }],
    [404, 'unknown log', { kind: 'unknown_log' }],
    [403, '', { kind: 'unknown_key' }],
    [422, '', { kind: 'inconsistent' }],
    [301, '', { kind: 'refused', status: 301 }],
    [400, '', { kind: 'refused', status: 400 }],
    [429, '', { kind: 'refused', status: 429 }],
    [500, '', { kind: 'refused', status: 500 }],
    [204, '', { kind: 'refused', status: 204 }],
  ])('of %i with %j', (status, body, expected) => expect(readAnswer({ status, body })).toMatchObject(expected));
});
