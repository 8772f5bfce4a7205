import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFromChild } from './from-child.ts';
import { encodeFrame, FrameReader, type FromChild } from './protocol.ts';

const usage = { cpuMs: 1, wallMs: 2, rssMiB: 3, calls: 0, outputBytes: 0 };

describe('frames', () => {
  it('come out as they went in, however the pipe cuts them', () => {
    const message = fc
      .string({ unit: 'grapheme', maxLength: 50 })
      .map((json): FromChild =>
        json.length % 2 === 0
          ? { type: 'result', json, usage }
          : { type: 'call', id: 1, method: 'm', args: json, text: json.length % 3 === 0 ? null : json },
      );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map((one) => encodeFrame(one)));
          const received: unknown[] = [];
          const reader = new FrameReader(
            10_000,
            (one) => received.push(one),
            () => received.push('too large'),
          );
          for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
            const size = cuts[turn % cuts.length] as number;
            reader.push(bytes.subarray(start, start + size));
            start += size;
          }
          expect(received).toEqual(messages);
        },
      ),
    );
  });

  it('that say they are too large are refused before they are read', () => {
    const sizes: number[] = [];
    const reader = new FrameReader(
      100,
      () => sizes.push(-1),
      (bytes) => sizes.push(bytes),
    );
    reader.push(Buffer.from([0, 0, 0, 2, 0x7f, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 2]));
    expect(sizes).toEqual([0x7f000002]);
  });
});

describe('what a child may say', () => {
  it.each([
    [{ type: 'violation', code: 'permission_denied', message: 'x', usage }],
    [{ type: 'thrown', error: { name: 'x' }, usage }],
    [{ type: 'ready', more: 1 }],
    [{ type: 'call', id: 1, method: {}, args: '', text: null }],
    [{ type: 'call', id: 1, method: 'm', args: '', text: 1 }],
    [{ type: 'log', level: 'fatal', message: 'x' }],
    [{ type: 'result', json: '1', usage: { ...usage, cpuMs: 'much' } }],
    [{ type: 'result', json: '1', usage, more: 1 }],
    [null],
    ['text'],
  ])('not %j', (message) => {
    expect(() => parseFromChild(message)).toThrow(/invalid|unrecognized|expected/i);
  });
});
