import { expect, test } from 'vitest';
import { sealedInWords, sealedUpTo, type StreamFacts } from './seal-facts.ts';

const stream = (name: StreamFacts['name'], size: number, checkpointSize: number, at: string | null): StreamFacts => ({
  name,
  head: { name, size, checkpointSize } as StreamFacts['head'],
  checkpoint: at === null ? null : ({ at } as StreamFacts['checkpoint']),
});

test('what is sealed is said of both logs, with what is not', () => {
  const audit = stream('audit', 56, 56, '2026-11-22T10:00:00.000Z');
  expect(sealedInWords([audit, stream('ledger', 1679, 1670, null)])).toBe(
    'all 56 events and 1,670 of 1,679 ledger records',
  );
  expect(sealedInWords([stream('audit', 1, 1, null), stream('ledger', 0, 0, null)])).toBe('the one event');
  expect(sealedUpTo([audit, stream('ledger', 3, 3, '2026-11-22T10:00:05.000Z')])).toBe('2026-11-22T10:00:05.000Z');
  expect(sealedUpTo([stream('ledger', 0, 0, null)])).toBeNull();
});
