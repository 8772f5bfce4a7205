import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../build/root.ts';
import type { WebConfig } from './app-config.ts';
import { deployProject, type World } from './deploy-project.ts';
import { firebaseCli, type CliAnswer, type FirebaseCli } from './firebase-cli.ts';
import { googleOf } from './google.ts';
import { denied, missing, PROJECT, soundProject, startFakeGoogle, type FakeGoogle } from './testing/fake-google.ts';

/**
 * The whole of a deploy with the real Firebase CLI (but for its `deploy`) and the real client of firebase-tools, against
 * a server that answers in the shapes of Google's APIs.
 */
let google: FakeGoogle;
let folder = '';
const realCli = firebaseCli(join(import.meta.dirname, 'testing', 'spy-cli.mjs'));
/** What the real CLI said about the sound project: it takes seconds to start, so it is asked once. */
const said = new Map<string, CliAnswer>();
const QUESTIONS = [
  ['login:list'],
  ['apps:sdkconfig', 'WEB', '--project', PROJECT],
  ['functions:list', '--project', PROJECT],
  ['firestore:indexes', '--project', PROJECT],
];
const rememberedCli: FirebaseCli = {
  json: async (args) => said.get(args.join(' ')) ?? { status: 'error', error: `not asked before: ${args.join(' ')}` },
  run: (args) => realCli.run(args),
};
/** The real one for the commands that begin with this name. */
const askingAgain = (command: string): FirebaseCli => ({
  ...rememberedCli,
  json: (args) => (args[0] === command ? realCli : rememberedCli).json(args),
});

beforeAll(async () => {
  google = await startFakeGoogle();
  folder = await mkdtemp(join(tmpdir(), 'deploy-test-'));
  // Nobody's own sign-in, settings or proxy.
  const settings = {
    ...google.env,
    XDG_CONFIG_HOME: folder,
    FIREBASE_TOKEN: 'test-token',
    DEPLOY_NOTE: join(folder, 'deploys'),
    HTTPS_PROXY: '',
    https_proxy: '',
    HTTP_PROXY: '',
    http_proxy: '',
    GOOGLE_CLOUD_QUOTA_PROJECT: '',
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  for (const args of QUESTIONS) said.set(args.join(' '), await realCli.json(args));
}, 120_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  await google.close();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly lines: string[];
  readonly configs: WebConfig[];
  readonly questions: string[];
  builds: number;
  readonly world: World;
}

function prepare(changes: Partial<World> = {}): Run {
  const run: Omit<Run, 'world'> = { lines: [], configs: [], questions: [], builds: 0 };
  const endpoints = { setStop: { region: ['us-central1'] }, requestExecution: { region: ['us-central1'] } };
  const world: World = {
    cli: rememberedCli,
    google: googleOf(PROJECT),
    signIn: { credentials: null, token: true, gcloudDefault: false },
    say: (line) => void run.lines.push(line),
    confirm: async (question) => {
      run.questions.push(question);
      return true;
    },
    build: async () => {
      (run as Run).builds += 1;
    },
    manifest: async () => ({ endpoints }),
    readFile: (name) => readFile(join(ROOT, name), 'utf8'),
    writeWebConfig: async (config) => void run.configs.push(config),
    ...changes,
  };
  return Object.assign(run, { world });
}

const deploys = async (): Promise<string[][]> =>
  (await readFile(join(folder, 'deploys'), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string[]);
const text = (run: Run): string => run.lines.join('\n');

beforeEach(() => {
  google.replies = soundProject();
});
afterEach(async () => rm(join(folder, 'deploys'), { force: true }));

describe('deploying a project that has everything', () => {
  it('shows what changes, asks, and calls the CLI with the configuration of the web app in place', async () => {
    const run = prepare();
    expect(await deployProject(run.world, { projectId: PROJECT, yes: false, dryRun: false })).toBe(0);
    const shown = text(run);
    expect(shown).not.toMatch(/[✗?] /);
    expect(shown).toContain('create requestExecution (us-central1)');
    expect(shown).toContain('update setStop (us-central1)');
    expect(shown).toContain('DELETE oldFunction (us-central1)');
    // Others' functions are none of ours.
    expect(shown).not.toContain('byHand');
    expect(shown).not.toContain('otherCodebase');
    expect(shown).toContain('enable cloudtasks.googleapis.com');
    expect(shown).toMatch(/create indexes .*audit \(body\.actor\.uid asc, seq desc\)/);
    expect(shown).toContain('DELETE indexes forgotten (a asc, b asc)');
    expect(shown).toContain('keep 1 indexes');
    expect(run.questions).toEqual([`\nDeploy this to ${PROJECT}?`]);
    expect(run.configs).toEqual([
      {
        projectId: PROJECT,
        apiKey: 'public-key',
        appId: '1:123456789012:web:abc',
        authDomain: `${PROJECT}.firebaseapp.com`,
        storageBucket: `${PROJECT}.firebasestorage.app`,
        region: 'us-central1',
      },
    ]);
    expect(await deploys()).toEqual([
      ['deploy', '--only', 'functions,firestore,storage,hosting', '--project', PROJECT, '--non-interactive', '--force'],
    ]);
  });

  it('never asks for the value of a secret, and changes nothing while it checks', async () => {
    await deployProject(prepare().world, { projectId: PROJECT, yes: true, dryRun: true });
    // Those of the real CLI, above all.
    expect(google.asked).toContain(`GET /v2/projects/${PROJECT}/locations/-/functions`);
    expect(google.asked.length).toBeGreaterThan(20);
    expect(google.asked.filter((question) => question.includes(':access'))).toEqual([]);
    // The only POSTs are questions.
    expect(
      google.asked.filter(
        (question) => !question.startsWith('GET ') && !/:(getIamPolicy|testIamPermissions|test)$/.test(question),
      ),
    ).toEqual([]);
  });

  it('stops after showing on a dry run', async () => {
    const run = prepare();
    expect(await deployProject(run.world, { projectId: PROJECT, yes: true, dryRun: true })).toBe(0);
    expect(run.lines.at(-1)).toContain('Dry run: nothing was changed.');
    expect(run.configs).toEqual([]);
    expect(await deploys()).toEqual([]);
  });

  it('does nothing when the answer is no', async () => {
    const run = prepare({ confirm: async () => false });
    expect(await deployProject(run.world, { projectId: PROJECT, yes: false, dryRun: false })).toBe(1);
    expect(run.configs).toEqual([]);
    expect(await deploys()).toEqual([]);
  });

  it('passes on that the CLI failed', async () => {
    vi.stubEnv('DEPLOY_EXIT', '2');
    const run = prepare();
    expect(await deployProject(run.world, { projectId: PROJECT, yes: true, dryRun: false })).toBe(2);
    expect(run.lines.at(-1)).toContain('some of it may be deployed');
    vi.stubEnv('DEPLOY_EXIT', '0');
  });
});

describe('deploying a project that lacks something', () => {
  const without = async (
    replies: Record<string, unknown>,
    changes: Partial<World> = {},
  ): Promise<{ code: number; shown: string; run: Run }> => {
    google.replies = { ...soundProject(), ...(replies as FakeGoogle['replies']) };
    const run = prepare(changes);
    return {
      code: await deployProject(run.world, { projectId: PROJECT, yes: true, dryRun: false }),
      shown: text(run),
      run,
    };
  };

  it('stops at a project that it cannot see, before anything else is asked', async () => {
    const before = google.asked.length;
    const { code, shown, run } = await without({ [`GET /v1beta1/projects/${PROJECT}`]: denied });
    expect(code).toBe(1);
    expect(shown).toContain(
      `✗ Project: there is no Firebase project ${PROJECT} that this account can see (answer 403: The caller does not have permission)`,
    );
    expect(google.asked.slice(before)).toEqual([`GET /v1beta1/projects/${PROJECT}`]);
    expect(run.builds).toBe(0);
  });

  it('stops when nobody is signed in', async () => {
    const run = prepare({ signIn: { credentials: null, token: false, gcloudDefault: false } });
    expect(await deployProject(run.world, { projectId: PROJECT, yes: true, dryRun: false })).toBe(1);
    expect(text(run)).toContain('✗ Sign-in: nobody is signed in to Firebase');
    expect(text(run)).toContain('npx firebase login');
  });

  it('names every secret, bucket and right that is missing, each with its remedy, and deploys nothing', async () => {
    const { code, shown, run } = await without({
      [`GET /v1/projects/${PROJECT}/secrets/stripe-secret-key/versions/latest`]: missing,
      [`GET /v1/projects/${PROJECT}/secrets/checkpoint-signing-key/versions/latest`]: {
        status: 200,
        body: { name: 'x/versions/2', state: 'DISABLED' },
      },
      [`GET /v1/projects/${PROJECT}/secrets/checkpoint-signing-key:getIamPolicy`]: { status: 200, body: {} },
      [`GET /storage/v1/b/${PROJECT}-checkpoints`]: missing,
      [`GET /v1/projects/${PROJECT}/databases/(default)`]: missing,
      [`GET /v1/projects/${PROJECT}/billingInfo`]: { status: 200, body: { billingEnabled: false } },
      [`GET /admin/v2/projects/${PROJECT}/config`]: { status: 200, body: { signIn: {} } },
      [`POST /v1/projects/${PROJECT}:getIamPolicy`]: {
        status: 200,
        body: {
          bindings: [
            {
              role: 'roles/datastore.user',
              members: ['serviceAccount:123456789012-compute@developer.gserviceaccount.com'],
            },
          ],
        },
      },
      [`POST /v1/projects/${PROJECT}:test`]: {
        status: 200,
        body: {
          issues: [{ description: 'Unexpected "}"', severity: 'ERROR', sourcePosition: { line: 7, column: 3 } }],
        },
      },
    });
    expect(code).toBe(1);
    for (const part of [
      '✗ Secret stripe-secret-key: is not in Secret Manager',
      'gcloud secrets create stripe-secret-key',
      '✗ Secret checkpoint-signing-key: its newest version 2 is disabled',
      'secrets versions add checkpoint-signing-key',
      "✗ Functions’ secrets: checkpoint-signing-key can't be read",
      'add-iam-policy-binding checkpoint-signing-key',
      '✗ Functions’ account: 123456789012-compute@developer.gserviceaccount.com lacks roles/storage.objectAdmin',
      '--role roles/cloudtasks.enqueuer',
      `✗ Checkpoints: there is no bucket ${PROJECT}-checkpoints`,
      '--lock-retention-period',
      '✗ Firestore: the project has no database "(default)"',
      '✗ Billing:',
      '✗ Sign-in of members:',
      '✗ Rules firestore.rules: 1 error',
      'firestore.rules:7:3 Unexpected "}"',
      'Nothing was changed: 10 checks failed.',
    ])
      expect(shown).toContain(part);
    expect(run.builds).toBe(0);
    expect(run.configs).toEqual([]);
    expect(await deploys()).toEqual([]);
  });

  it('says what could not be asked, and goes on', async () => {
    const { code, shown } = await without({
      [`GET /v1/projects/${PROJECT}/billingInfo`]: denied,
      [`POST /v1/projects/${PROJECT}:test`]: denied,
      [`POST /v1/projects/${PROJECT}:getIamPolicy`]: denied,
    });
    expect(code).toBe(0);
    expect(shown).toContain(
      '? Billing: could not be asked (answer 403: The caller does not have permission); functions need the Blaze plan',
    );
    expect(shown).toContain('? Rules storage.rules: could not be asked');
    expect(shown).toContain('? Functions’ account: could not be asked');
  });

  it('warns of a bucket for checkpoints that is not locked', async () => {
    const { shown } = await without({
      [`GET /storage/v1/b/${PROJECT}-checkpoints`]: {
        status: 200,
        body: { retentionPolicy: { retentionPeriod: '86400000', isLocked: false } },
      },
    });
    expect(shown).toContain(`! Checkpoints: ${PROJECT}-checkpoints keeps each for 1000 days, but not locked`);
  });

  it('says how to register the web app when there is none', async () => {
    const { code, shown } = await without(
      {
        [`GET /v1beta1/projects/${PROJECT}/webApps`]: { status: 200, body: {} },
        [`GET /v1beta1/projects/${PROJECT}:searchApps`]: { status: 200, body: {} },
      },
      { cli: askingAgain('apps:sdkconfig') },
    );
    expect(code).toBe(1);
    expect(shown).toContain('✗ Web app: There are no WEB apps associated with this Firebase project');
    expect(shown).toContain(`npx firebase apps:create WEB Countersign --project ${PROJECT}`);
  });

  it('says so when what is deployed could not be asked', async () => {
    const { code, shown } = await without(
      { [`GET /v2/projects/${PROJECT}/locations/-/functions`]: denied },
      { cli: askingAgain('functions:list') },
    );
    expect(code).toBe(0);
    expect(shown).toContain('what is deployed could not be asked');
  });
});
