import { createRequire } from 'node:module';
import { ROOT } from '../build/root.ts';

/** Google's APIs that the checks ask, by the name of their address in firebase-tools. */
export type Service =
  | 'firebaseApi'
  | 'cloudbilling'
  | 'serviceUsage'
  | 'secretManager'
  | 'storage'
  | 'firestore'
  | 'rules'
  | 'resourceManager'
  | 'authManagement'
  | 'hostingApi';

export interface Question {
  readonly service: Service;
  readonly method?: 'GET' | 'POST';
  /** With its version and query. */
  readonly path: string;
  readonly body?: unknown;
}

/** `status` 0: no answer came; the body then is the reason. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Reads about a project. What the Firebase CLI can tell without changing anything is asked of the CLI instead. */
export interface Google {
  ask(question: Question): Promise<Answer>;
}

const TIMEOUT_MS = 20_000;

interface ToolsClient {
  request(options: object): Promise<{ status: number; body: unknown }>;
}

/**
 * Over firebase-tools' own client, so that what is checked is seen with the very sign-in that deploys. All that reaches
 * into firebase-tools for the deploy is in this function.
 */
export function googleOf(projectId: string): Google {
  const require = createRequire(import.meta.url);
  const tools = <T>(path: string): T => require(`firebase-tools/lib/${path}`) as T;
  const { Client } = tools<{ Client: new (options: object) => ToolsClient }>('apiv2');
  const origins = tools<Record<string, () => string>>('api');
  let signedIn: Promise<unknown> | null = null;

  const signIn = async (): Promise<void> => {
    const auth = tools<{
      selectAccount(account: undefined, root: string): unknown;
      setActiveAccount(options: object, account: unknown): void;
    }>('auth');
    const options = { project: projectId };
    const account = auth.selectAccount(undefined, ROOT);
    if (account !== undefined) auth.setActiveAccount(options, account);
    await tools<{ requireAuth(options: object): Promise<unknown> }>('requireAuth').requireAuth(options);
  };

  return {
    ask: async ({ service, method = 'GET', path, body }) => {
      try {
        await (signedIn ??= signIn());
        const client = new Client({ urlPrefix: origins[`${service}Origin`]?.() ?? '' });
        const answer = await client.request({
          method,
          path,
          timeout: TIMEOUT_MS,
          retries: 1,
          resolveOnHTTPError: true,
          ...(body === undefined ? {} : { body }),
        });
        return { status: answer.status, body: answer.body };
      } catch (error) {
        return { status: 0, body: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
