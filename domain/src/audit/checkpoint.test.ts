import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import {
  checkpointText,
  formatCheckpoint,
  fromBase64,
  keyIdOf,
  originOf,
  parseCheckpoint,
  toBase64,
  verifierKey,
  verifyCheckpoint,
  type CheckpointBody,
  type VerifySignature,
} from './checkpoint.ts';

const ed25519: VerifySignature = async (publicKey, message, signature) =>
  verify(
    null,
    message,
    createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      format: 'jwk',
    }),
    signature,
  );

const { privateKey } = generateKeyPairSync('ed25519');
const rawKey = (key: typeof privateKey): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      createPublicKey(createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' }))).export({ format: 'jwk' })
        .x as string,
      'base64url',
    ),
  );
const publicKey = rawKey(privateKey);
const body: CheckpointBody = { origin: originOf('acme', 'ledger'), size: 1204, root: 'ab'.repeat(32) };
const noteOf = (of: CheckpointBody, key = privateKey): string =>
  formatCheckpoint(of, rawKey(key), new Uint8Array(sign(null, Buffer.from(checkpointText(of)), key)));
const note = noteOf(body);

test("key ids and signatures are those of the signed-note specification's example", async () => {
  // https://pkg.go.dev/golang.org/x/mod/sumdb/note
  const key = fromBase64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW').slice(1);
  const signature = fromBase64(
    'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
  );
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  expect(verifierKey('PeterNeumann', key)).toBe('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  expect(bytesToHex(signature.slice(0, 4))).toBe(bytesToHex(keyIdOf('PeterNeumann', key)));
  expect(await ed25519(key, Buffer.from(text), signature.slice(4))).toBe(true);
});

test('a checkpoint says origin, size and root, and is read back', async () => {
  expect(note).toMatch(
    /^countersign\/acme\/ledger\n1204\n[A-Za-z0-9+/]{43}=\n\n\u2014 countersign\/acme\/ledger [A-Za-z0-9+/]+=*\n$/,
  );
  expect(parseCheckpoint(note)).toMatchObject(body);
  expect(await verifyCheckpoint(note, body.origin, publicKey, ed25519)).toEqual(body);
});

test('signatures of witnesses beside ours do not disturb', async () => {
  const witnessed = `${note}\u2014 witness.example.com/w1 ${toBase64(new Uint8Array(76))}\n`;
  expect(await verifyCheckpoint(witnessed, body.origin, publicKey, ed25519)).toEqual(body);
});

describe('refused', () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  test.each<[string, string, string]>([
    ['another size', note.replace('\n1204\n', '\n1205\n'), 'false signature'],
    [
      'another root',
      note.replace(toBase64(Buffer.from(body.root, 'hex')), toBase64(new Uint8Array(32))),
      'false signature',
    ],
    ['another origin', noteOf({ ...body, origin: originOf('acme', 'audit') }), 'is of countersign/acme/audit'],
    ['another key', noteOf(body, other), 'not signed with this key'],
    [
      'the key id of ours on the signature of another',
      formatCheckpoint(body, publicKey, new Uint8Array(sign(null, Buffer.from(checkpointText(body)), other))),
      'false signature',
    ],
    ['no signature', `${checkpointText(body)}\n`, 'no proper list of signatures'],
    ['no blank line', checkpointText(body), 'has no signatures'],
    ['a size with a leading zero', note.replace('\n1204\n', '\n01204\n'), 'is not origin, size and root'],
    ['a negative size', note.replace('\n1204\n', '\n-1\n'), 'is not origin, size and root'],
    ['base64 that is not canonical', note.replace(/=\n\n/, '\n\n'), 'base64 of another form'],
    ['text after the signatures', `${note}\nmore`, 'no proper list of signatures'],
    ['nothing', '', 'has no signatures'],
  ])('%s', async (_, changed, message) => {
    expect(changed).not.toBe(note);
    await expect(verifyCheckpoint(changed, body.origin, publicKey, ed25519)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(message),
    });
  });
});
