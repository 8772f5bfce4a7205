import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_ANSWER_BYTES } from '@countersign/domain/audit/witness-protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { askOverHttp } from './client.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(handler: Handler): Promise<{ url: string; received: string[] }> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString('utf8')}`);
      handler(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`, received };
}

const soon = (): AbortSignal => AbortSignal.timeout(2_000);

test('a request is posted to the submission prefix as it is, and the answer comes as it is', async () => {
  const { url, received } = await listen((_, response) => response.writeHead(409).end('12\n'));
  expect(await askOverHttp(url, 'old 0\n\n\u2014 note\n', soon())).toEqual({ status: 409, body: '12\n' });
  expect(received).toEqual(['POST /w/add-checkpoint old 0\n\n\u2014 note\n']);
});

test.each([301, 302, 307, 308])('a redirect (%i) is an answer, and leads nowhere', async (status) => {
  const other = await listen((_, response) => response.writeHead(200).end('\u2014 w c2ln\n'));
  const { url } = await listen((_, response) => response.writeHead(status, { location: other.url }).end());
  expect(await askOverHttp(url, 'x', soon())).toMatchObject({ status });
  expect(other.received).toEqual([]);
});

describe('what does not end is not waited for', () => {
  test('an answer that is too long', async () => {
    let written = 0;
    const { url } = await listen((_, response) => {
      response.writeHead(200);
      const more = setInterval(() => {
        response.write('x'.repeat(1_000));
        written += 1_000;
      }, 1);
      response.on('close', () => clearInterval(more));
    });
    await expect(askOverHttp(url, 'x', AbortSignal.timeout(20_000))).rejects.toMatchObject({ code: 'limit_exceeded' });
    const then = written;
    expect(then).toBeGreaterThan(MAX_ANSWER_BYTES);
    await new Promise((passed) => setTimeout(passed, 200));
    expect(written - then).toBeLessThan(200_000);
  });

  test.each<[string, Handler]>([
    ['no answer', () => undefined],
    ['half an answer', (_, response) => void response.writeHead(200).write('\u2014 w')],
  ])('%s', async (_, handler) => {
    const { url } = await listen(handler);
    await expect(askOverHttp(url, 'x', AbortSignal.timeout(100))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

test.each<[string, Handler]>([
  ['cut off', (request) => request.socket.destroy()],
  ['no HTTP', (request) => void request.socket.end('nonsense\r\n\r\n')],
])('%s: nobody answered', async (_, handler) => {
  const { url } = await listen(handler);
  await expect(askOverHttp(url, 'x', soon())).rejects.toMatchObject({ code: 'unavailable', retryable: true });
});

test('nobody listens', async () => {
  const { url } = await listen(() => undefined);
  await new Promise((closed) => servers.pop()?.close(closed));
  await expect(askOverHttp(url, 'x', soon())).rejects.toThrow(/can not be reached \(ECONNREFUSED\)/);
});
