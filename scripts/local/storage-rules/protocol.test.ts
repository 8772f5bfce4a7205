import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RulesRuntime } from './protocol.ts';

const SOURCE = `rules_version = '2';
service firebase.storage {
  match /b/{bucket}/o/{org}/{name} {
    allow create: if request.resource.size < 100
      && 'operator' in firestore.get(/databases/(default)/documents/orgs/$(org)).data.roles;
  }
}`;

type Message = Record<string, any>;

const load = (content: string): string =>
  JSON.stringify({
    id: 0,
    action: 'load_ruleset',
    context: { rulesetName: '0', source: { files: [{ name: 'r', content }] } },
  });

const verify = (id: number, size: number): string => {
  const resource = { map_value: { fields: { size: { int_value: size } } } };
  const request = { map_value: { fields: { auth: { null_value: null }, resource } } };
  const variables = { request, resource: { null_value: null } };
  const context = { rulesetName: '0', service: 'firebase.storage', path: '/b/k/o/acme/f', method: 'create', variables };
  return JSON.stringify({ id, action: 'verify', context });
};

const document = {
  name: 'projects/p/databases/(default)/documents/orgs/acme',
  fields: { roles: { arrayValue: { values: [{ stringValue: 'operator' }] } } },
};

async function loaded(): Promise<{ sent: Message[]; runtime: RulesRuntime }> {
  const sent: Message[] = [];
  const runtime = new RulesRuntime((message) => sent.push(message));
  await runtime.receive(load(SOURCE));
  expect(sent.splice(0)).toEqual([{ id: 0, status: 'ok', result: { rulesVersion: 2 }, errors: [], warnings: [] }]);
  return { sent, runtime };
}

describe('the protocol of firebase-tools', () => {
  test('asks for a document, and answers by it', async () => {
    const { sent, runtime } = await loaded();
    const done = runtime.receive(verify(7, 10));
    await expect.poll(() => sent).toHaveLength(1);
    expect(sent[0]).toEqual({
      id: 7,
      server_request_id: 7,
      action: 'fetch_firestore_document',
      status: 'ok',
      context: { path: '/databases/(default)/documents/orgs/acme' },
    });
    await runtime.receive(JSON.stringify({ id: 7, status: 'ok', result: document, errors: [], warnings: [] }));
    await done;
    expect(sent[1]).toMatchObject({ id: 7, status: 'ok', result: { permit: true } });
  });

  test('a document that is not there denies', async () => {
    const { sent, runtime } = await loaded();
    const done = runtime.receive(verify(8, 10));
    await expect.poll(() => sent).toHaveLength(1);
    await runtime.receive(JSON.stringify({ id: 8, status: 'not_found', errors: [], warnings: [] }));
    await done;
    expect(sent[1]).toMatchObject({ id: 8, result: { permit: false } });
    expect(sent[1]?.['warnings'].join()).toContain('null has no field data');
  });

  test('needs no document when the answer is clear without it', async () => {
    const { sent, runtime } = await loaded();
    await runtime.receive(verify(9, 1_000));
    expect(sent).toEqual([expect.objectContaining({ id: 9, result: { permit: false } })]);
  });

  test('rules with a mistake are not loaded, and say where it is', async () => {
    const sent: Message[] = [];
    const runtime = new RulesRuntime((message) => sent.push(message));
    await runtime.receive(load(SOURCE.replace('request.resource', 'request.resourse')));
    expect(sent[0]).toMatchObject({ status: 'ok', errors: ['r:4:29: request has no field resourse'] });
    await runtime.receive(verify(1, 10));
    expect(sent[1]).toMatchObject({ errors: ['no ruleset 0'] });
  });

  test('as a process: greets, answers, and ends with its input', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines: Message[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Message));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await expect.poll(() => lines, { timeout: 10_000 }).toHaveLength(1);
    expect(lines[0]).toMatchObject({ id: -1, status: 'ok' });
    child.stdin.write(`${load(SOURCE)}\n`);
    await expect.poll(() => lines).toHaveLength(2);
    child.stdin.end();
    expect(await ended).toBe(0);
  });
});
