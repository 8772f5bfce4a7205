import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Http2Server } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '../../local/ports.ts';
import { PeerProcess } from './child.ts';
import { installPeer } from './install.ts';
import { lightStep, PeerUnavailable, until, type Peer } from './peer.ts';

const SDK_VERSION = '1.17.2';
const SERVER_VERSION = '1.7.12';
const START_MS = 60_000;

interface Context {
  run<R>(name: string, work: () => R): Promise<R>;
}
/** What is used of @restatedev/restate-sdk. */
interface Sdk {
  service(definition: {
    name: string;
    handlers: Record<string, (context: Context, steps: number) => Promise<void>>;
  }): unknown;
  createEndpointHandler(options: { services: unknown[]; logger: () => void }): Parameters<typeof createServer>[1];
}

/** Restate's server with its default settings, and a service of it in this process. @throws PeerUnavailable */
export async function restate(say: (line: string) => void): Promise<Peer> {
  const packages = await installPeer(
    'restate',
    { '@restatedev/restate-sdk': SDK_VERSION, '@restatedev/restate-server': SERVER_VERSION },
    say,
  );
  const sdk = (await packages.load('@restatedev/restate-sdk')) as Sdk;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-restate-'));
  const ports = await findFreePorts();
  const [ingress, admin, node, endpoint] = [ports.app, ports.auth, ports.firestore, ports.functions];
  const service = await listen(sdk, endpoint);
  const program = packages.path(
    '@restatedev',
    `restate-server-${process.platform}-${process.arch}`,
    'bin',
    'restate-server',
  );
  const server = new PeerProcess(program, ['--node-name', 'bench', '--base-dir', folder, '--no-logo'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_BIND_IP: '127.0.0.1',
      RESTATE_BIND_PORT: String(node),
      RESTATE_INGRESS__BIND_PORT: String(ingress),
      RESTATE_ADMIN__BIND_PORT: String(admin),
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'error',
    },
  });
  const stop = async (): Promise<void> => {
    await server.stop('SIGTERM');
    service.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until('Restate', START_MS, async () => {
      server.requireAlive('Restate');
      return (await fetch(`http://127.0.0.1:${admin}/health`)).ok;
    });
    await register(admin, endpoint);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: `Restate ${SERVER_VERSION}, SDK ${SDK_VERSION}`,
    async run(steps) {
      const started = performance.now();
      await post(`http://127.0.0.1:${ingress}/bench/lightSteps`, steps);
      return performance.now() - started;
    },
    stop,
  };
}

async function listen(sdk: Sdk, port: number): Promise<Http2Server> {
  const bench = sdk.service({
    name: 'bench',
    handlers: {
      lightSteps: async (context, steps) => {
        for (let step = 0; step < steps; step += 1) await context.run(`step-${step}`, () => lightStep(step));
      },
    },
  });
  const server = createServer({}, sdk.createEndpointHandler({ services: [bench], logger: () => undefined }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function register(admin: number, endpoint: number): Promise<void> {
  await post(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${endpoint}` });
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok)
    throw new PeerUnavailable(`Restate answered ${response.status} to ${new URL(url).pathname}: ${text.slice(0, 500)}`);
}
