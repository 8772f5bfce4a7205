import { runningSha256, sha256Hex } from '@countersign/domain/hash';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useNativeHash } from './native-hash.ts';

test('the hash of the platform is the portable one, for every text and all bytes', () => {
  useNativeHash();
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array(), fc.constant('a\ud800b')), (data) => {
      const portable = sha256(typeof data === 'string' ? utf8ToBytes(data) : data);
      expect(sha256Hex(data)).toBe(bytesToHex(portable));
    }),
    { numRuns: 100 },
  );
});

test('piece by piece as well, and between the pieces', () => {
  useNativeHash();
  fc.assert(
    fc.property(fc.array(fc.uint8Array(), { maxLength: 10 }), (pieces) => {
      const running = runningSha256();
      pieces.forEach((piece, index) => {
        running.add(piece);
        const soFar = pieces.slice(0, index + 1).flatMap((one) => [...one]);
        expect(running.hex()).toBe(bytesToHex(sha256(Uint8Array.from(soFar))));
      });
    }),
    { numRuns: 100 },
  );
});
