import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';
import { verifyRunningOrganization } from '../../scripts/verify/running.ts';

const run = promisify(execFile);
const script = join(import.meta.dirname, '..', '..', 'scripts', 'create-organization.ts');

const create = (id: string, members: readonly string[]): Promise<{ stdout: string }> => {
  const { env, projectId } = sharedPlatform();
  const args = [
    '--project',
    projectId,
    '--id',
    id,
    '--name',
    'Acme Ltd',
    '--currency',
    'GBP',
    '--time-zone',
    'Europe/London',
    ...members.flatMap((member) => ['--member', member]),
  ];
  return run(process.execPath, [script, ...args], { env: { ...process.env, ...env }, timeout: 60_000 });
};

const ADMIN = 'ann@acme.example,Ann,admin+approver';
const OPERATOR = 'omar@acme.example,Omar,operator';

test('an organization is founded with its members, once, and verifies', async () => {
  const { stdout } = await create('acme-founded', [ADMIN, OPERATOR]);
  expect(stdout).toContain('with 2 members');
  const outcome = await verifyRunningOrganization(sharedPlatform().env, 'acme-founded');
  expect(outcome.lines.join('\n')).toContain('All of it holds');
  expect(outcome.ok).toBe(true);
  await expect(create('acme-founded', [ADMIN, OPERATOR])).rejects.toThrow(/already exists/i);
});

test('an organization in which nobody could sign is refused', async () => {
  await expect(create('acme-lonely', ['omar@acme.example,Omar,operator+approver+admin'])).rejects.toThrow(
    /nobody could sign/,
  );
  await expect(create('acme-lonely', [OPERATOR])).rejects.toThrow(/No --member is approver/);
});
