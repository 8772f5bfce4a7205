import { sha256Hex } from '@countersign/domain/hash';
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
