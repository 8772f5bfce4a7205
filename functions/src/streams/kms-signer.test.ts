import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryDatabase } from '../store/memory-database.ts';
import { crc32c } from './crc32c.ts';
import { ed25519Verify } from './ed25519.ts';
import { drainStream, sealStream } from './index.ts';
import { kmsSigner, type GoogleRequest } from './kms-signer.ts';
import { chart, handIn, testWorld } from './test-kit.ts';

const KEY = 'projects/p/locations/global/keyRings/countersign/cryptoKeys/checkpoints/cryptoKeyVersions/1';
type Answer = Record<string, unknown>;

/** A stand-in of the service, over HTTP: the two methods, with what a test makes of their answers. */
class LocalKms {
  readonly #server: Server;
  readonly pair = generateKeyPairSync('ed25519');
  readonly asked: { url: string; body: Answer }[] = [];
  change: (answer: Answer) => Answer = (answer) => answer;
  status = 200;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((body) => {
        response.writeHead(this.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
    });
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const url = request.url ?? '';
    const body = text === '' ? {} : (JSON.parse(text) as Answer);
    this.asked.push({ url, body });
    if (request.method === 'GET' && url === `/v1/${KEY}/publicKey`) {
      const pem = this.pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
      return this.change({ name: KEY, algorithm: 'EC_SIGN_ED25519', pem, pemCrc32c: String(crc32c(Buffer.from(pem))) });
    }
    if (request.method === 'POST' && url === `/v1/${KEY}:asymmetricSign`) {
      const data = Buffer.from(String(body['data']), 'base64');
      const signature = sign(null, data, this.pair.privateKey);
      return this.change({
        name: KEY,
        signature: signature.toString('base64'),
        signatureCrc32c: String(crc32c(signature)),
        verifiedDataCrc32c: body['dataCrc32c'] === String(crc32c(data)),
      });
    }
    this.status = 404;
    return {};
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

/** As google-auth-library's: throws an error with the response for what is no success. */
const request: GoogleRequest = async ({ url, method, data }) => {
  const response = await fetch(url, { method, ...(data === undefined ? {} : { body: JSON.stringify(data) }) });
  if (!response.ok) throw Object.assign(new Error(`status ${response.status}`), { response });
  return { data: await response.json() };
};

let kms: LocalKms;
let base: string;
beforeEach(async () => {
  kms = new LocalKms();
  base = await kms.listen();
});
afterEach(() => kms.close());

const MESSAGE = new TextEncoder().encode('countersign/acme/ledger\n7\nroot\n');

test('the sum is Castagnoli’s', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

describe('a key in Cloud KMS', () => {
  test('signs the message as it is, and the signature holds', async () => {
    const signer = kmsSigner(KEY, request, base);
    const signature = await signer.sign(MESSAGE);
    expect(await ed25519Verify(await signer.publicKey(), MESSAGE, signature)).toBe(true);
    expect(kms.asked.map(({ url }) => url)).toEqual([`/v1/${KEY}/publicKey`, `/v1/${KEY}:asymmetricSign`]);
    expect(Buffer.from(String(kms.asked[1]?.body['data']), 'base64')).toEqual(Buffer.from(MESSAGE));
  });

  test('seals a stream', async () => {
    const db = memoryDatabase();
    const world = { ...testWorld(db), signer: kmsSigner(KEY, request, base) };
    await handIn(world, 'acme', 'first', chart());
    await drainStream(world, 'acme', 'ledger');
    expect((await sealStream(world, 'acme', 'ledger'))?.size).toBe(7);
  });

  test.each<[string, (answer: Answer) => Answer]>([
    ['garbled on the way', (answer) => ({ ...answer, signatureCrc32c: '1' })],
    ['of another message', (answer) => ({ ...answer, verifiedDataCrc32c: false })],
    ['of another key', (answer) => ({ ...answer, name: KEY.replace(/1$/, '2') })],
    ['of nothing', () => ({})],
    [
      'false, with sums that fit',
      (answer) => {
        const other = Buffer.alloc(64, 7);
        return { ...answer, signature: other.toString('base64'), signatureCrc32c: String(crc32c(other)) };
      },
    ],
  ])('a signature that is %s is not used', async (_, change) => {
    const signer = kmsSigner(KEY, request, base);
    await signer.publicKey();
    kms.change = change;
    await expect(signer.sign(MESSAGE)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  test('another algorithm, a denied key and a garbled one are told; an outage may pass', async () => {
    const signer = kmsSigner(KEY, request, base);
    kms.change = (answer) => ({ ...answer, algorithm: 'EC_SIGN_P256_SHA256' });
    await expect(signer.publicKey()).rejects.toMatchObject({ code: 'failed_precondition' });
    kms.change = (answer) => ({ ...answer, pemCrc32c: '1' });
    await expect(signer.publicKey()).rejects.toMatchObject({ code: 'unavailable' });
    kms.change = (answer) => answer;
    kms.status = 403;
    await expect(signer.publicKey()).rejects.toMatchObject({ code: 'failed_precondition', retryable: false });
    kms.status = 503;
    await expect(signer.publicKey()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    kms.status = 200;
    expect(await signer.publicKey()).toHaveLength(32);
    expect(() => kmsSigner('projects/p/secrets/s', request, base)).toThrow(/names no version of a key/);
  });
});
