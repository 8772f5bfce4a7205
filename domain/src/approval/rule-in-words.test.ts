import { expect, it } from 'vitest';
import { ruleInWords } from './rule-in-words.ts';

it('says when a rule applies and who signs, in order', () => {
  const rule = {
    when: { movesMoney: true, amount: { minMinor: '1000000' }, riskAtLeast: 'high' as const },
    levels: [
      { role: 'approver' as const, people: 2 },
      { role: 'executive' as const, people: 1 },
    ],
  };
  expect(ruleInWords(rule, 'USD')).toBe(
    'When it moves money, all of it is at least USD 10,000.00 and its risk is high or higher: signed by 2 approvers, then 1 executive.',
  );
});

it('says that a rule without conditions holds for every plan, and that an automatic one asks nobody', () => {
  expect(ruleInWords({ when: {}, levels: [{ role: 'approver', people: 1 }] }, 'USD')).toBe(
    'Every plan: signed by 1 approver.',
  );
  expect(ruleInWords({ when: { movesMoney: false }, levels: [], auto: true }, 'USD')).toBe(
    'When it moves no money: nobody has to sign.',
  );
});
