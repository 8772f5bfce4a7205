import { expect, test } from 'vitest';
import { z } from 'zod';
import { parameterSchema } from '../schemas/plugin.ts';
import { askedParameters, checkParameters, withDefaults } from './parameters.ts';

const parameters = z.array(parameterSchema).parse([
  { type: 'string', name: 'text', label: 'Text', maxLength: 5, required: false },
  { type: 'number', name: 'count', label: 'Count', min: 1, max: 9, integer: true, default: 3 },
  { type: 'boolean', name: 'dry', label: 'Dry', required: false },
  { type: 'date', name: 'day', label: 'Day', required: false },
  { type: 'money', name: 'least', label: 'Least', currencies: ['USD', 'EUR'], required: false },
  { type: 'account', name: 'account', label: 'Account', required: false },
  { type: 'file', name: 'file', label: 'File' },
  {
    type: 'select',
    name: 'mode',
    label: 'Mode',
    options: [
      { value: 'a', label: 'A' },
      { value: 'b', label: 'B' },
    ],
    default: 'a',
  },
  {
    type: 'multiselect',
    name: 'tags',
    label: 'Tags',
    options: [
      { value: 'x', label: 'X' },
      { value: 'y', label: 'Y' },
    ],
    required: false,
  },
  { type: 'string', name: 'onlyForB', label: 'Only for B', showWhen: { parameter: 'mode', oneOf: ['b'] } },
]);
const sound = { count: 3, file: 'f-1', mode: 'a' };

test('values that fit have no issue', () => {
  expect(checkParameters(parameters, sound)).toEqual([]);
  expect(
    checkParameters(parameters, {
      ...sound,
      text: 'abcde',
      dry: false,
      day: '2024-02-29',
      least: { amountMinor: '100', currency: 'USD' },
      account: 'acct',
      tags: ['x', 'y'],
      mode: 'b',
      onlyForB: 'x',
    }),
  ).toEqual([]);
});

test.each<[Record<string, unknown>, string]>([
  [{ ...sound, file: undefined }, 'File is needed'],
  [{ ...sound, file: '' }, 'File is needed'],
  [{ ...sound, file: '../x' }, 'File must be a file'],
  [{ ...sound, file: {} }, 'File must be a file'],
  [{ ...sound, speed: 1 }, 'This operation has no such parameter'],
  [{ ...sound, toString: 'x' }, 'This operation has no such parameter'],
  [{ ...sound, text: 'abcdef' }, 'Text may have 5 characters'],
  [{ ...sound, text: 5 }, 'Text must be text'],
  [{ ...sound, account: 5 }, 'Account must be text'],
  [{ ...sound, count: '3' }, 'Count must be a number'],
  [{ ...sound, count: Number.NaN }, 'Count must be a number'],
  [{ ...sound, count: 2.5 }, 'Count must be a whole number'],
  [{ ...sound, count: 0 }, 'Count must be at least 1'],
  [{ ...sound, count: 10 }, 'Count must be at most 9'],
  [{ ...sound, dry: 'yes' }, 'Dry must be yes or no'],
  [{ ...sound, day: '2023-02-29' }, 'Day must be a date, YYYY-MM-DD'],
  [{ ...sound, day: '2024-04-31' }, 'Day must be a date, YYYY-MM-DD'],
  [{ ...sound, day: '1900-02-29' }, 'Day must be a date, YYYY-MM-DD'],
  [{ ...sound, day: '1.2.2024' }, 'Day must be a date, YYYY-MM-DD'],
  [{ ...sound, least: '5' }, 'Least must be an amount with a currency'],
  [{ ...sound, least: { amountMinor: 5, currency: 'USD' } }, 'Least must be an amount with a currency'],
  [{ ...sound, least: { amountMinor: '-5', currency: 'USD' } }, 'Least must be an amount with a currency'],
  [{ ...sound, least: { amountMinor: '5', currency: 'JPY' } }, 'Least must be in USD or EUR'],
  [{ ...sound, mode: 'c' }, 'Mode must be one of the choices'],
  [{ ...sound, tags: ['z'] }, 'Tags must be some of the choices'],
  [{ ...sound, tags: 'x' }, 'Tags must be some of the choices'],
  [{ ...sound, mode: 'b' }, 'Only for B is needed'],
])('%j: %s', (values, message) => {
  expect(checkParameters(parameters, values).map((issue) => issue.message)).toEqual([message]);
});

test('defaults are filled in; what is not asked for is left out; what is unknown stays to be refused', () => {
  expect(withDefaults(parameters, { file: 'f-1', text: '', onlyForB: 'x' })).toEqual({
    file: 'f-1',
    count: 3,
    mode: 'a',
  });
  expect(withDefaults(parameters, { file: 'f-1', mode: 'b', onlyForB: 'x', count: 5 })).toEqual({
    file: 'f-1',
    count: 5,
    mode: 'b',
    onlyForB: 'x',
  });
  expect(checkParameters(parameters, withDefaults(parameters, { file: 'f-1', speed: 1 }))).toEqual([
    { parameter: 'speed', message: 'This operation has no such parameter' },
  ]);
  expect(askedParameters(parameters, { mode: 'a' }).map((parameter) => parameter.name)).not.toContain('onlyForB');
});
