import { commandSchemas } from '@countersign/domain/schemas/commands';
import { expect, it } from 'vitest';
import { batches } from './batches.ts';

const idsSchema = commandSchemas.markNotificationsRead.shape.ids;

it('asks for each message once, never for more than one call takes, and for none with no call', () => {
  const ids = Array.from({ length: 201 }, (_, index) => `message-${index}`);
  const parts = batches([...ids, 'message-7']);
  expect(parts.map(({ length }) => length)).toEqual([100, 100, 1]);
  expect(parts.flat()).toEqual(ids);
  expect(parts.every((part) => idsSchema.safeParse(part).success)).toBe(true);
  expect(batches([])).toEqual([]);
});
