import { expect, test } from 'vitest';
import { reportSchema, scoreOf } from './score.ts';

const report = (file: string, ...statuses: string[]) =>
  reportSchema.parse({
    schemaVersion: '2',
    files: { [file]: { language: 'ts', mutants: statuses.map((status) => ({ id: '1', status })) } },
  });

test('the sum of all files; a time-out was noticed, what is no program does not count', () => {
  const one = report('a.ts', 'Killed', 'Killed', 'Survived', 'Ignored', 'CompileError', 'RuntimeError');
  const other = report('b.ts', 'NoCoverage', 'Timeout', 'Killed');
  expect(scoreOf([one, other])).toEqual({
    mutants: 6,
    killed: 3,
    survived: 1,
    noCoverage: 1,
    timeout: 1,
    score: 66.67,
  });
});

test('nothing to mutate has no score', () => {
  expect(scoreOf([report('a.ts', 'Ignored')])).toMatchObject({ mutants: 0, score: null });
});

test('a status that is not known is not overlooked', () => {
  expect(() => report('a.ts', 'Escaped')).toThrow('Invalid option');
});
