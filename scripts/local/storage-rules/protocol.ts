import { decide, loadRules, type Document } from './decide.ts';
import { METHODS, RulesError, type Method, type Ruleset } from './syntax.ts';
import { fromFirestore, fromRuntime, type Value } from './values.ts';

/**
 * The storage rules runtime that firebase-tools expects: one JSON object a line, each with an id.
 * In: `load_ruleset`, `verify`, and answers (without an action) to our `fetch_firestore_document`.
 * See firebase-tools `lib/emulator/storage/rules/runtime.js`.
 */
export class RulesRuntime {
  private readonly rulesets = new Map<string, Ruleset>();
  private readonly waiting = new Map<number, (answer: Message) => void>();
  private readonly send: (message: object) => void;

  constructor(send: (message: object) => void) {
    this.send = send;
  }

  /** Says that the runtime is up: firebase-tools waits for the id -1. */
  greet(): void {
    this.send({ id: -1, status: 'ok', errors: [], warnings: [] });
  }

  async receive(line: string): Promise<void> {
    const message = JSON.parse(line) as Message;
    switch (message.action) {
      case undefined:
        this.waiting.get(message.id)?.(message);
        this.waiting.delete(message.id);
        return;
      case 'load_ruleset':
        return this.load(message);
      case 'verify':
        return this.verify(message);
      default:
        this.send(answer(message, {}, [`unknown action ${message.action}`]));
    }
  }

  private load(message: Message): void {
    const { rulesetName, source } = message.context as {
      rulesetName: string;
      source: { files: { name: string; content: string }[] };
    };
    const [file] = source.files;
    try {
      this.rulesets.set(rulesetName, loadRules(file?.content ?? ''));
      this.send(answer(message, { rulesVersion: 2 }));
    } catch (error) {
      if (!(error instanceof RulesError)) throw error;
      this.send(answer(message, {}, [`${file?.name ?? 'storage.rules'}:${error.message}`]));
    }
  }

  private async verify(message: Message): Promise<void> {
    const context = message.context as {
      rulesetName: string;
      path: string;
      method: string;
      variables: { request: unknown; resource: unknown };
    };
    const ruleset = this.rulesets.get(context.rulesetName);
    if (ruleset === undefined) return this.send(answer(message, {}, [`no ruleset ${context.rulesetName}`]));
    try {
      const decision = await decide(ruleset, {
        method: methodOf(context.method),
        path: context.path.split('/').filter((segment) => segment !== ''),
        request: withMethod(fromRuntime(context.variables.request), context.method),
        resource: fromRuntime(context.variables.resource),
        readDocument: (path) => this.readDocument(message.id, path),
      });
      this.send(answer(message, { permit: decision.allowed }, [], decision.allowed ? [] : decision.problems));
    } catch (error) {
      this.send(answer(message, {}, [(error as Error).message]));
    }
  }

  /** firebase-tools finds what our question belongs to by the id, and answers under `server_request_id`. */
  private async readDocument(id: number, path: string): Promise<Document> {
    const reply = await new Promise<Message>((resolve) => {
      this.waiting.set(id, resolve);
      this.send({ id, server_request_id: id, action: 'fetch_firestore_document', status: 'ok', context: { path } });
    });
    if (reply.status !== 'ok') return null;
    const { name, fields } = reply.result as { name: string; fields?: Record<string, unknown> };
    const data = Object.entries(fields ?? {}).map(([key, value]): [string, Value] => [key, fromFirestore(value)]);
    return new Map<string, Value>([
      ['id', name.split('/').at(-1) ?? ''],
      ['data', new Map(data)],
    ]);
  }
}

interface Message {
  id: number;
  action?: string;
  status?: string;
  context?: unknown;
  result?: unknown;
}

function answer(to: Message, result: object, errors: string[] = [], warnings: string[] = []): object {
  return { id: to.id, status: 'ok', result, errors, warnings };
}

function methodOf(name: string): Method {
  const method = METHODS.find((known) => known === name);
  if (method === undefined) throw new Error(`unknown method ${name}`);
  return method;
}

function withMethod(request: Value, method: string): Map<string, Value> {
  if (!(request instanceof Map)) throw new Error('the request is not a map');
  return request.set('method', method);
}
