import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromBase64 } from '@countersign/domain/audit/checkpoint';
import { localSigner } from '../../../functions/src/streams/signer.ts';
import { STAND_IN_NAME } from './policy.ts';
import { isOurs, StandInWitness, type Seen } from './witness.ts';

/**
 * A stand-in for a witness, which speaks the real protocol over HTTP with a key and a memory of its own. It refuses what a
 * witness has to refuse; but it runs on the machine of the log that it watches, so its cosignatures convince nobody else.
 *
 * `node scripts/local/witness/server.ts --port N --folder FOLDER --log-key FILE`
 */
export interface StandInOptions {
  /** Key and memory lie there. */
  readonly folder: string;
  /** The base64 of the key that the logs sign with. The first one that is there is trusted, and kept in the folder. */
  readonly logKeyFile: string;
  readonly now?: () => Date;
}

export interface StandIn {
  readonly witness: StandInWitness;
  readonly listen: (port: number) => Promise<{ url: string; port: number }>;
  readonly close: () => Promise<void>;
}

const STATE = 'seen.json';
const MAX_BODY_BYTES = 16 * 1024;
const REQUEST_LIMIT_MS = 5_000;

interface State {
  logKey: string | null;
  logs: Record<string, Seen>;
}

export async function createStandIn(options: StandInOptions): Promise<StandIn> {
  await mkdir(options.folder, { recursive: true });
  const file = join(options.folder, STATE);
  const state = await readState(file);
  const seen = new Map(Object.entries(state.logs));
  const persist = async (): Promise<void> => {
    await writeFile(`${file}.next`, JSON.stringify({ ...state, logs: Object.fromEntries(seen) }));
    await rename(`${file}.next`, file);
  };
  const witness = new StandInWitness({
    name: STAND_IN_NAME,
    signer: localSigner(options.folder),
    seen,
    persist,
    now: options.now ?? (() => new Date()),
    trusts: async (origin) => {
      if (!isOurs(origin)) return null;
      state.logKey ??= (await readFile(options.logKeyFile, 'utf8').catch(() => '')).trim() || null;
      return state.logKey === null ? null : fromBase64(state.logKey, 32);
    },
  });
  const server = createServer((request, response) => void serve(witness, request, response));
  server.requestTimeout = REQUEST_LIMIT_MS;
  return {
    witness,
    listen: async (port) => {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: '127.0.0.1', port }, resolve);
      });
      const { port: taken } = server.address() as AddressInfo;
      return { url: `http://127.0.0.1:${taken}`, port: taken };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function readState(file: string): Promise<State> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? { logKey: null, logs: {} } : (JSON.parse(text) as State);
}

async function serve(witness: StandInWitness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (body === null) return void response.writeHead(413).end();
    if (request.url !== '/add-checkpoint' || request.method !== 'POST') return void response.writeHead(404).end();
    const { status, type, body: answer } = await witness.addCheckpoint(body);
    response.writeHead(status, { 'content-type': type }).end(answer);
  } catch (error) {
    process.stderr.write(`stand-in witness: ${String(error)}\n`);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, folder: { type: 'string' }, 'log-key': { type: 'string' } },
  });
  const { port, folder, 'log-key': logKeyFile } = values;
  if (port === undefined || folder === undefined || logKeyFile === undefined)
    throw new Error('Give --port, --folder and --log-key');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(0));
  const standIn = await createStandIn({ folder, logKeyFile });
  await standIn.listen(Number(port));
}
