import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../effects/http-caller.ts';
import { httpCaller, type HttpCallerOptions } from './call.ts';
import type { Address } from './checked-addresses.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

/** A real server on an address of this machine. */
async function listen(handler: Handler, address = '127.0.0.1'): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ method: request.method, url: request.url, headers: request.headers, body });
      handler(request, response, body);
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, address, listening));
  return { port: (server.address() as AddressInfo).port, received };
}

const answering =
  (status: number, body = '', headers = {}): Handler =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

const at = (...addresses: string[]): Address[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const call = (url: string, options: Partial<HttpCallerOptions> = {}, fields: Partial<HttpRequest> = {}) =>
  httpCaller({ allowLoopback: true, ...options })({ method: 'POST', url, headers: {}, body: '{"a":1}', ...fields });

describe('where a name leads to', () => {
  test.each([
    ['a private address', at('10.0.0.5')],
    ['this machine', at('127.0.0.1')],
    ['this machine, in IPv6', at('::1')],
    ['the metadata server', at('169.254.169.254')],
    ['a private address of IPv6', at('fd00:ec2::254')],
    ['a public address, and a private one', at('93.184.216.34', '10.0.0.5')],
  ])('%s is refused, and nothing is sent', async (_, addresses) => {
    const { port, received } = await listen(answering(200));
    const outcome = await call(`http://erp.example.com:${port}/`, { resolve: async () => addresses });
    expect(outcome).toMatchObject({ status: 'failed', code: 'address_not_allowed', retryable: false });
    expect(received).toEqual([]);
  });

  test.each(['10.0.0.5', '169.254.169.254', '[fd00:ec2::254]', '[::ffff:169.254.169.254]', '0.0.0.0', '2852039166'])(
    'an address that is written in the URL is judged as well: %s',
    async (host) => {
      expect(await call(`https://${host}/`)).toMatchObject({ status: 'failed', code: 'address_not_allowed' });
    },
  );

  test.each(['localhost', '127.0.0.1', '[::1]'])(
    'this machine, called %s, only where that is allowed',
    async (host) => {
      const { port, received } = await listen(answering(200), host === '[::1]' ? '::1' : '127.0.0.1');
      const url = `http://${host}:${port}/`;
      const resolve = async (): Promise<Address[]> => at('127.0.0.1');
      expect(await call(url, { resolve, allowLoopback: false })).toMatchObject({ code: 'address_not_allowed' });
      expect(received).toEqual([]);
      expect(await call(url, { resolve })).toMatchObject({ status: 'succeeded' });
      expect(received).toHaveLength(1);
    },
  );

  test('the name of this machine does not lead to another one', async () => {
    expect(await call('http://localhost/', { resolve: async () => at('10.0.0.5') })).toMatchObject({
      code: 'address_not_allowed',
    });
  });

  test('it is asked once, and the connection goes to what it said then', async () => {
    // 127.0.0.2 is where the server listens; the system, and a second answer, would say 127.0.0.1.
    const { port, received } = await listen(answering(200, '{"id":"their-1"}'), '127.0.0.2');
    let asked = 0;
    const outcome = await call(`http://localhost:${port}/a?b=1`, {
      resolve: async () => at((asked += 1) === 1 ? '127.0.0.2' : '127.0.0.1'),
    });
    expect(outcome).toEqual({ status: 'succeeded', providerId: 'their-1' });
    expect(asked).toBe(1);
    expect(received).toMatchObject([
      { method: 'POST', url: '/a?b=1', headers: { host: `localhost:${port}` }, body: '{"a":1}' },
    ]);
  });

  test.each([
    ['a name that there is not', async () => Promise.reject(new Error('ENOTFOUND'))],
    ['a name without addresses', async () => []],
    ['a resolver that never answers', async () => new Promise<never>(() => undefined)],
  ])('%s: nothing was sent', async (_, resolve) => {
    expect(await call('https://erp.example.com/', { resolve, timeoutMs: 50 })).toMatchObject({
      status: 'not_done',
      code: 'unreachable',
    });
  });
});

describe('what is sent', () => {
  test.each([
    ['DELETE', '{"a":"ä"}', { 'content-length': '10', 'content-type': 'application/json' }],
    ['PATCH', null, { 'content-length': '0' }],
  ])('%s with its length', async (method, body, headers) => {
    const { port, received } = await listen(answering(204));
    expect(await call(`http://localhost:${port}/`, {}, { method, body, headers: { 'X-Key': 'k' } })).toEqual({
      status: 'succeeded',
      providerId: 'http-204',
    });
    expect(received).toMatchObject([{ method, body: body ?? '', headers: { ...headers, 'x-key': 'k' } }]);
  });

  test('its own type, once, where the plan says another', async () => {
    const { port, received } = await listen(answering(200));
    await call(`http://localhost:${port}/`, {}, { headers: { 'Content-Type': 'application/merge-patch+json' } });
    expect(received[0]?.headers['content-type']).toBe('application/merge-patch+json');
  });

  test.each([
    ['Host', { Host: 'other.example.com' }, 'header_not_allowed'],
    ['Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }, 'header_not_allowed'],
    ['Content-Length', { 'Content-Length': '1' }, 'header_not_allowed'],
    ['a line break', { 'X-A': 'a\r\nX-B: b' }, 'invalid_request'],
  ])('no header that decides where a message ends or whom it is for: %s', async (_, headers, code) => {
    const { port, received } = await listen(answering(200));
    expect(await call(`http://localhost:${port}/`, {}, { headers })).toMatchObject({ status: 'failed', code });
    expect(received).toEqual([]);
  });
});

describe('what the answer means', () => {
  test.each([
    [200, 'succeeded', undefined],
    [400, 'failed', 'http_400'],
    [404, 'failed', 'http_404'],
    [408, 'unknown', 'http_408'],
    [409, 'unknown', 'http_409'],
    [429, 'not_done', 'rate_limit'],
    [500, 'unknown', 'http_500'],
  ])('%i is %s', async (status, expected, code) => {
    const { port } = await listen(answering(status, 'x'));
    expect(await call(`http://localhost:${port}/`)).toMatchObject({ status: expected, ...(code && { code }) });
  });

  test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
    const other = await listen(answering(200));
    const { port, received } = await listen(answering(status, '', { location: `http://localhost:${other.port}/` }));
    expect(await call(`http://localhost:${port}/`)).toMatchObject({ status: 'unknown', code: `http_${status}` });
    expect(received).toHaveLength(1);
    expect(other.received).toEqual([]);
  });

  test('nobody listens: nothing was sent', async () => {
    const { port } = await listen(answering(200));
    await new Promise((closed) => servers.pop()?.close(closed));
    expect(
      await call(`http://localhost:${port}/`, { resolve: async () => at('127.0.0.1', '127.0.0.2') }),
    ).toMatchObject({
      status: 'not_done',
      code: 'unreachable',
    });
  });

  test.each<[string, Handler]>([
    ['cut off after it was sent', (request) => request.socket.destroy()],
    ['no answer in time', () => undefined],
  ])('%s: nobody knows', async (_, handler) => {
    const { port, received } = await listen(handler);
    expect(await call(`http://localhost:${port}/`, { timeoutMs: 200 })).toMatchObject({
      status: 'unknown',
      code: 'no_answer',
    });
    expect(received).toHaveLength(1);
  });

  test('an answer that does not end is not waited for', async () => {
    const { port } = await listen((_, response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.on('close', () => clearInterval(more));
    });
    expect(await call(`http://localhost:${port}/`)).toEqual({ status: 'succeeded', providerId: 'http-200' });
  });
});
