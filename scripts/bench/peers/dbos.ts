import { installPeer } from './install.ts';
import { lightStep, type Peer } from './peer.ts';
import { startPostgres } from './postgres.ts';

const VERSION = '5.3.0';

/** What is used of @dbos-inc/dbos-sdk. */
interface Sdk {
  readonly DBOS: {
    setConfig(config: Record<string, unknown>): void;
    registerWorkflow<R>(work: (steps: number) => Promise<R>, config: { name: string }): (steps: number) => Promise<R>;
    runStep<R>(work: () => Promise<R>, config: { name: string }): Promise<R>;
    launch(): Promise<void>;
    shutdown(): Promise<void>;
  };
}

/** DBOS in this process, as it is meant to be used, over a PostgreSQL on this machine. @throws PeerUnavailable */
export async function dbos(say: (line: string) => void): Promise<Peer> {
  const packages = await installPeer('dbos', { '@dbos-inc/dbos-sdk': VERSION }, say);
  const postgres = await startPostgres(say);
  const { DBOS } = (await packages.load('@dbos-inc/dbos-sdk')) as Sdk;
  const quiet = { debug: ignore, info: ignore, warn: ignore, error: say };
  DBOS.setConfig({ name: 'countersign-bench', systemDatabaseUrl: postgres.url, logger: quiet });
  const workflow = DBOS.registerWorkflow(
    async (steps: number) => {
      for (let step = 0; step < steps; step += 1)
        await DBOS.runStep(async () => lightStep(step), { name: `step-${step}` });
    },
    { name: 'light-steps' },
  );
  await DBOS.launch();
  return {
    name: `DBOS ${VERSION}, PostgreSQL ${postgres.version}`,
    async run(steps) {
      const started = performance.now();
      await workflow(steps);
      return performance.now() - started;
    },
    async stop() {
      await DBOS.shutdown();
      await postgres.stop();
    },
  };
}

const ignore = (): void => undefined;
