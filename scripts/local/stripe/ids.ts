import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A new id in Stripe's form, such as `po_1Nv0…`: a prefix and letters and digits. */
export function newId(prefix: 'po' | 'tr' | 'trr' | 'txn' | 'req' | 'ba' | 'evt' | 'we', length = 24): string {
  let id = `${prefix}_`;
  for (const byte of randomBytes(length)) id += ALPHABET[byte % ALPHABET.length];
  return id;
}
