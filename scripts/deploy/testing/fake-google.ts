import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { APIS } from '../project.ts';

export const PROJECT = 'northwind-pay';
export const NUMBER = '123456789012';
const ACCOUNT = `serviceAccount:${NUMBER}-compute@developer.gserviceaccount.com`;

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}
type Replies = Record<string, Reply>;

const ok = (body: unknown): Reply => ({ status: 200, body });
export const missing: Reply = {
  status: 404,
  body: { error: { code: 404, message: 'Not found', status: 'NOT_FOUND' } },
};
export const denied: Reply = {
  status: 403,
  body: { error: { code: 403, message: 'The caller does not have permission', status: 'PERMISSION_DENIED' } },
};

const deployed = (id: string, labels: Record<string, string> = { 'deployment-tool': 'cli-firebase' }) => ({
  name: `projects/${PROJECT}/locations/us-central1/functions/${id}`,
  labels,
  state: 'ACTIVE',
  environment: 'GEN_2',
  buildConfig: { runtime: 'nodejs24', entryPoint: id, source: { storageSource: {} } },
  serviceConfig: {
    service: `projects/${PROJECT}/locations/us-central1/services/${id.toLowerCase()}`,
    availableMemory: '512M',
    uri: `https://${id.toLowerCase()}-x.run.app`,
  },
});

/** A project in which everything is right, by `METHOD path` without query. In the shapes of Google's REST references. */
export function soundProject(): Replies {
  const project = `/v1/projects/${PROJECT}`;
  return {
    [`GET /v1beta1/projects/${PROJECT}`]: ok({
      projectId: PROJECT,
      projectNumber: NUMBER,
      displayName: 'Northwind',
      state: 'ACTIVE',
    }),
    [`GET ${project}/billingInfo`]: ok({
      name: `projects/${PROJECT}/billingInfo`,
      projectId: PROJECT,
      billingEnabled: true,
    }),
    [`GET /v1/projects/${NUMBER}/services:batchGet`]: ok({
      services: APIS.map((api) => ({
        name: `projects/${NUMBER}/services/${api}.googleapis.com`,
        state: api === 'cloudtasks' ? 'DISABLED' : 'ENABLED',
      })),
    }),
    [`GET ${project}/databases/(default)`]: ok({
      name: `projects/${PROJECT}/databases/(default)`,
      type: 'FIRESTORE_NATIVE',
      locationId: 'nam5',
    }),
    [`GET /storage/v1/b/${PROJECT}.firebasestorage.app`]: ok({
      name: `${PROJECT}.firebasestorage.app`,
      location: 'US-CENTRAL1',
    }),
    [`GET /storage/v1/b/${PROJECT}-checkpoints`]: ok({
      name: `${PROJECT}-checkpoints`,
      location: 'US-CENTRAL1',
      retentionPolicy: { retentionPeriod: String(10 * 365 * 86_400), isLocked: true },
    }),
    [`GET /admin/v2/projects/${PROJECT}/config`]: ok({ signIn: { email: { enabled: true, passwordRequired: true } } }),
    [`GET /v1beta1/projects/${PROJECT}/sites`]: ok({
      sites: [
        {
          name: `projects/${PROJECT}/sites/${PROJECT}`,
          type: 'DEFAULT_SITE',
          defaultUrl: `https://${PROJECT}.web.app`,
        },
      ],
    }),
    ...Object.fromEntries(
      ['stripe-secret-key', 'stripe-webhook-secret', 'checkpoint-signing-key'].flatMap((name) => [
        [
          `GET ${project}/secrets/${name}/versions/latest`,
          ok({ name: `projects/${NUMBER}/secrets/${name}/versions/3`, state: 'ENABLED' }),
        ],
        [
          `GET ${project}/secrets/${name}:getIamPolicy`,
          ok({ bindings: [{ role: 'roles/secretmanager.secretAccessor', members: [ACCOUNT] }] }),
        ],
      ]),
    ),
    [`POST ${project}:getIamPolicy`]: ok({ bindings: [{ role: 'roles/editor', members: [ACCOUNT] }] }),
    [`POST ${project}:test`]: ok({}),
    [`GET /v1beta1/projects/${PROJECT}/webApps`]: ok({
      apps: [
        {
          name: `projects/${PROJECT}/webApps/1:${NUMBER}:web:abc`,
          appId: `1:${NUMBER}:web:abc`,
          displayName: 'Countersign',
          platform: 'WEB',
        },
      ],
    }),
    [`GET /v1beta1/projects/${PROJECT}:searchApps`]: ok({
      apps: [
        {
          name: `projects/${PROJECT}/webApps/1:${NUMBER}:web:abc`,
          appId: `1:${NUMBER}:web:abc`,
          displayName: 'Countersign',
          platform: 'WEB',
        },
      ],
    }),
    [`GET /v1beta1/projects/-/webApps/1:${NUMBER}:web:abc/config`]: ok({
      projectId: PROJECT,
      appId: `1:${NUMBER}:web:abc`,
      apiKey: 'public-key',
      authDomain: `${PROJECT}.firebaseapp.com`,
      storageBucket: `${PROJECT}.firebasestorage.app`,
      messagingSenderId: NUMBER,
    }),
    [`GET ${project}/locations/-/functions`]: ok({ functions: [] }),
    [`GET /v2/projects/${PROJECT}/locations/-/functions`]: ok({
      functions: [
        deployed('setStop'),
        deployed('oldFunction'),
        deployed('byHand', {}),
        deployed('otherCodebase', { 'deployment-tool': 'cli-firebase', 'firebase-functions-codebase': 'reports' }),
      ],
    }),
    [`GET ${project}/databases/(default)/collectionGroups/-/indexes`]: ok({
      indexes: [
        index('files', [
          { fieldPath: 'kind', order: 'ASCENDING' },
          { fieldPath: 'createdAt', order: 'DESCENDING' },
        ]),
        index('forgotten', [
          { fieldPath: 'a', order: 'ASCENDING' },
          { fieldPath: 'b', order: 'ASCENDING' },
        ]),
      ],
    }),
    [`GET ${project}/databases/(default)/collectionGroups/-/fields`]: ok({ fields: [] }),
    // What the CLI looks at by the way: may this account do it?
    [`POST ${project}:testIamPermissions`]: ok({
      permissions: [
        'firebase.projects.get',
        'cloudfunctions.functions.list',
        'run.services.list',
        'datastore.indexes.list',
      ],
    }),
  };
}

function index(collection: string, fields: readonly object[]) {
  return {
    name: `projects/${PROJECT}/databases/(default)/collectionGroups/${collection}/indexes/x`,
    queryScope: 'COLLECTION',
    state: 'READY',
    fields: [...fields, { fieldPath: '__name__', order: 'DESCENDING' }],
    density: 'SPARSE_ALL',
    apiScope: 'ANY_API',
  };
}

export interface FakeGoogle {
  /** Overrides, by which firebase-tools sends its questions here. */
  readonly env: Record<string, string>;
  /** Changed by tests; asked for anew at each question. */
  replies: Replies;
  /** `METHOD path` of every question. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** A server that answers as Google's APIs would for one project. What it does not know is a 404 of its own. */
export async function startFakeGoogle(): Promise<FakeGoogle> {
  const asked: string[] = [];
  const fake = { replies: soundProject() };
  const server = createServer((request, response) => {
    const question = `${request.method ?? ''} ${decodeURIComponent(pathOf(request))}`;
    asked.push(question);
    request.resume().on('end', () => {
      const { status, body } = fake.replies[question] ?? {
        status: 404,
        body: { error: { code: 404, message: `fake: ${question}` } },
      };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    env: Object.fromEntries(ORIGINS.map((name) => [name, url])),
    get replies() {
      return fake.replies;
    },
    set replies(replies) {
      fake.replies = replies;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const pathOf = ({ url = '' }: IncomingMessage): string => new URL(url, 'http://x').pathname;

const ORIGINS = [
  'FIREBASE_API_URL',
  'FIREBASE_CLOUDBILLING_URL',
  'FIREBASE_SERVICE_USAGE_URL',
  'CLOUD_SECRET_MANAGER_URL',
  'FIREBASE_STORAGE_URL',
  'FIRESTORE_URL',
  'FIREBASE_RULES_URL',
  'FIREBASE_RESOURCEMANAGER_URL',
  'FIREBASE_AUTH_MANAGEMENT_URL',
  'FIREBASE_HOSTING_API_URL',
  'FIREBASE_FUNCTIONS_URL',
  'FIREBASE_FUNCTIONS_V2_URL',
  'CLOUD_RUN_URL',
  'FIREBASE_GOOGLE_URL',
  'FIREBASE_IAM_URL',
  'CLOUD_RUN_API_URL',
];
