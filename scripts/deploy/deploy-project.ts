import type { SecretName } from '../../functions/src/secrets.ts';
import { webConfigFrom, type WebConfig } from './app-config.ts';
import type { DeployArguments } from './arguments.ts';
import { describeChanges, functionChanges, indexChanges, wantedFunctions, type Changes } from './changes.ts';
import { printed, type Finding } from './finding.ts';
import type { FirebaseCli } from './firebase-cli.ts';
import type { Answer, Google, Question } from './google.ts';
import {
  judgeAccount,
  judgeApis,
  judgeBilling,
  judgeCheckpointBucket,
  judgeDatabase,
  judgeHosting,
  judgeProject,
  judgeRules,
  judgeSecret,
  judgeSignIn,
  judgeUploadBucket,
} from './judge.ts';
import { APIS, checkpointBucket, SECRETS } from './project.ts';
import { judgeCliSignIn, type SignInHints } from './sign-in.ts';

/** All that a deploy touches. */
export interface World {
  readonly cli: FirebaseCli;
  readonly google: Google;
  readonly signIn: SignInHints;
  readonly say: (line: string) => void;
  readonly confirm: (question: string) => Promise<boolean>;
  readonly build: () => Promise<void>;
  /** Of the built functions. */
  readonly manifest: () => Promise<unknown>;
  readonly readFile: (name: string) => Promise<string>;
  readonly writeWebConfig: (config: WebConfig) => Promise<void>;
}

/** Deployed in one call; auth, extensions and the like are not in firebase.json. */
const TARGETS = 'functions,firestore,storage,hosting';
const RULES = ['firestore.rules', 'storage.rules'] as const;

/** Check, build, show, ask, deploy. @returns the exit code */
export async function deployProject(world: World, { projectId, yes, dryRun }: DeployArguments): Promise<number> {
  const { say } = world;
  say(`Deploying to ${projectId}. Checks:`);
  const signedIn = judgeCliSignIn(await world.cli.json(['login:list']), world.signIn);
  say(printed(signedIn));
  if (signedIn.verdict === 'failed') return 1;

  const ask = (question: Question): Promise<Answer> => world.google.ask(question);
  const { finding, projectNumber } = judgeProject(
    projectId,
    await ask({ service: 'firebaseApi', path: `/v1beta1/projects/${projectId}` }),
  );
  say(printed(finding));
  if (projectNumber === null) return 1;

  const web = await askWebConfig(world.cli, projectId);
  const { findings, disabledApis } = await checkProject(
    world,
    projectId,
    projectNumber,
    'config' in web ? web.config.storageBucket : null,
  );
  const all = [...findings, web.finding];
  for (const one of all) say(printed(one));
  const failed = all.filter(({ verdict }) => verdict === 'failed').length;
  if (failed > 0 || !('config' in web)) {
    say(
      `\nNothing was changed: ${failed} ${failed === 1 ? 'check' : 'checks'} failed. Put that right and run this again.`,
    );
    return 1;
  }

  say('Build');
  await world.build();
  const changes = await findChanges(world, projectId, disabledApis, web.config);
  say(`\nWhat will change in ${projectId}:`);
  for (const line of describeChanges(changes)) say(line);
  if (dryRun) {
    say('\nDry run: nothing was changed.');
    return 0;
  }
  if (!yes && !(await world.confirm(`\nDeploy this to ${projectId}?`))) {
    say('Nothing was changed.');
    return 1;
  }
  await world.writeWebConfig(web.config);
  // Without --force the CLI stops at each question; they are answered by what was shown and confirmed.
  const code = await world.cli.run([
    'deploy',
    '--only',
    TARGETS,
    '--project',
    projectId,
    '--non-interactive',
    '--force',
  ]);
  say(
    code === 0
      ? `\nDeployed to ${projectId}.`
      : `\nThe Firebase CLI ended with ${code}: some of it may be deployed. Run this again when its reason is gone.`,
  );
  return code;
}

async function askWebConfig(
  cli: FirebaseCli,
  projectId: string,
): Promise<{ readonly finding: Finding; readonly config: WebConfig } | { readonly finding: Finding }> {
  const check = 'Web app';
  const answer = await cli.json(['apps:sdkconfig', 'WEB', '--project', projectId]);
  if (answer.status === 'error') {
    const remedy = `One web app must be registered: npx firebase apps:create WEB Countersign --project ${projectId}`;
    return { finding: { check, verdict: 'failed', message: answer.error, remedy } };
  }
  const config = webConfigFrom(answer.result);
  if ('problem' in config) return { finding: { check, verdict: 'failed', message: config.problem } };
  return { finding: { check, verdict: 'ok', message: config.appId }, config };
}

/** Everything that a project must have beforehand, asked at once. Nothing here changes the project. */
async function checkProject(
  { google, readFile }: World,
  projectId: string,
  projectNumber: string,
  bucket: string | null,
): Promise<{ findings: Finding[]; disabledApis: readonly string[] }> {
  const get = (service: Question['service'], path: string): Promise<Answer> => google.ask({ service, path });
  const names = APIS.map((api) => `names=projects/${projectNumber}/services/${api}.googleapis.com`).join('&');
  const secretNames = Object.keys(SECRETS) as SecretName[];
  const [billing, apis, database, uploads, auth, sites, versions, policies, account, checkpoints, rules] =
    await Promise.all([
      get('cloudbilling', `/v1/projects/${projectId}/billingInfo`),
      get('serviceUsage', `/v1/projects/${projectNumber}/services:batchGet?${names}`),
      get('firestore', `/v1/projects/${projectId}/databases/(default)`),
      bucket === null ? { status: 404, body: null } : get('storage', `/storage/v1/b/${bucket}`),
      get('authManagement', `/admin/v2/projects/${projectId}/config`),
      get('hostingApi', `/v1beta1/projects/${projectId}/sites?pageSize=50`),
      Promise.all(
        secretNames.map((name) => get('secretManager', `/v1/projects/${projectId}/secrets/${name}/versions/latest`)),
      ),
      Promise.all(
        secretNames.map((name) => get('secretManager', `/v1/projects/${projectId}/secrets/${name}:getIamPolicy`)),
      ),
      google.ask({
        service: 'resourceManager',
        method: 'POST',
        path: `/v1/projects/${projectId}:getIamPolicy`,
        body: {},
      }),
      get('storage', `/storage/v1/b/${checkpointBucket(projectId)}`),
      Promise.all(
        RULES.map(async (name) =>
          google.ask({
            service: 'rules',
            method: 'POST',
            path: `/v1/projects/${projectId}:test`,
            body: { source: { files: [{ name, content: await readFile(name) }] } },
          }),
        ),
      ),
    ]);
  const { finding: apisFinding, disabled } = judgeApis(apis);
  const none: Answer = { status: 0, body: 'not asked' };
  const policyOf = Object.fromEntries(secretNames.map((name, index) => [name, policies[index] ?? none])) as Record<
    SecretName,
    Answer
  >;
  const findings = [
    judgeBilling(projectId, billing),
    apisFinding,
    judgeDatabase(projectId, database),
    judgeUploadBucket(projectId, bucket, uploads),
    judgeSignIn(projectId, auth),
    judgeHosting(projectId, sites),
    ...secretNames.map((name, index) => judgeSecret(projectId, name, versions[index] ?? none)),
    ...judgeAccount(projectId, projectNumber, account, policyOf),
    judgeCheckpointBucket(projectId, checkpoints),
    ...RULES.map((name, index) => judgeRules(name, rules[index] ?? none)),
  ];
  return { findings, disabledApis: disabled };
}

async function findChanges(
  { cli, manifest, readFile }: World,
  projectId: string,
  apis: readonly string[],
  webConfig: WebConfig,
): Promise<Changes> {
  const [wanted, deployed, indexes, indexFile] = await Promise.all([
    manifest().then(wantedFunctions),
    cli.json(['functions:list', '--project', projectId]),
    cli.json(['firestore:indexes', '--project', projectId]),
    readFile('firestore.indexes.json').then((text) => JSON.parse(text) as unknown),
  ]);
  return {
    apis,
    webConfig: { ...webConfig },
    functions: deployed.status === 'success' ? functionChanges(wanted, deployed.result) : null,
    indexes: indexes.status === 'success' ? indexChanges(indexFile, indexes.result) : null,
  };
}
