import type { Storage } from 'firebase-admin/storage';
import { beforeEach, expect, test } from 'vitest';
import { bucketPublisher } from './bucket-publisher.ts';
import type { CheckpointPublisher } from './ports.ts';

type Bucket = ReturnType<Storage['bucket']>;

/** A bucket of which only what the publisher uses is there; it counts the names that it lists. */
class LocalBucket {
  readonly objects = new Map<string, string>();
  listed = 0;

  file(name: string): unknown {
    return {
      name,
      save: async (text: string, options: { preconditionOpts: { ifGenerationMatch: number } }) => {
        expect(options.preconditionOpts.ifGenerationMatch).toBe(0);
        if (this.objects.has(name)) throw Object.assign(new Error('exists'), { code: 412 });
        this.objects.set(name, text);
      },
      download: async () => [Buffer.from(this.objects.get(name) ?? '')],
    };
  }

  async getFiles({ prefix, startOffset = '' }: { prefix: string; startOffset?: string }): Promise<unknown[]> {
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix) && name >= startOffset).toSorted();
    this.listed += names.length;
    return [names.map((name) => this.file(name))];
  }
}

let bucket: LocalBucket;
let publisher: CheckpointPublisher;
beforeEach(async () => {
  bucket = new LocalBucket();
  publisher = bucketPublisher(bucket as unknown as Bucket);
  for (const size of [7, 1200, 35]) await publisher.publish('acme', 'ledger', size, `note ${size}`);
  await publisher.publish('acme', 'audit', 9000, 'note of the audit log');
  await publisher.publish('acme', 'ledger', 2, 'note of a later epoch', 1);
});

test('the newest is the one of the greatest size, wherever one begins to look', async () => {
  for (const known of [undefined, 0, 7, 35, 1200, 5000])
    expect(await publisher.latest('acme', 'ledger', 0, known)).toBe('note 1200');
  expect(await publisher.latest('acme', 'ledger', 1, 2)).toBe('note of a later epoch');
  expect(await publisher.latest('acme', 'ledger', 2)).toBeNull();
});

test('from one that is known, only what came after it is listed', async () => {
  await publisher.latest('acme', 'ledger', 0, 1200);
  expect(bucket.listed).toBe(1);
});

test('the same note twice is once, one with a cosignature stays, another is refused', async () => {
  await publisher.publish('acme', 'ledger', 7, 'note 7');
  const name = [...bucket.objects.keys()].find((one) => one.endsWith('7')) ?? '';
  bucket.objects.set(name, 'note 7\n— witness c2ln\n');
  await publisher.publish('acme', 'ledger', 7, 'note 7');
  expect(bucket.objects.get(name)).toContain('witness');
  await expect(publisher.publish('acme', 'ledger', 7, 'another')).rejects.toMatchObject({
    code: 'failed_precondition',
  });
});

test('what is kept beside them is kept once, and is no checkpoint', async () => {
  await publisher.keep('acme', 'ledger', 'cosigned', '0000000000001200-01020304', 'first');
  await publisher.keep('acme', 'ledger', 'cosigned', '0000000000001200-01020304', 'second');
  await publisher.keep('acme', 'ledger', 'disputed', '0000000000009999-01020304', 'another log', 1);
  expect(bucket.objects.get('acme/ledger.cosigned/0000000000001200-01020304')).toBe('first');
  expect(bucket.objects.get('acme/ledger.1.disputed/0000000000009999-01020304')).toBe('another log');
  expect(await publisher.latest('acme', 'ledger')).toBe('note 1200');
  expect(await publisher.latest('acme', 'ledger', 1)).toBe('note of a later epoch');
});
