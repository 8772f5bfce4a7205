import { useSha256 } from '@countersign/domain/hash';
import { createHash, hash } from 'node:crypto';

/** The processor's own SHA-256, for whatever runs in Node: the domain's portable one is for browsers. */
export function useNativeHash(): void {
  useSha256(
    (data) => hash('sha256', data, 'hex'),
    () => {
      const sum = createHash('sha256');
      return { add: (bytes) => void sum.update(bytes), hex: () => sum.copy().digest('hex') };
    },
  );
}
