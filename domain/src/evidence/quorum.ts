import { isEnough, quorumInWords, type WitnessPolicy } from '../audit/witness-policy.ts';
import type { Finding } from './findings.ts';

interface Reported {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** `witnesses`: names of the keys whose cosignatures hold. */
  readonly checkpoints: readonly { readonly stream: string; readonly witnesses: readonly string[] }[];
}

/** A report in which a checkpoint that too few witnesses have cosigned is a finding, the first one. */
export function withQuorum<T extends Reported>(report: T, { witnesses, quorum }: WitnessPolicy): T {
  const missing = report.checkpoints.flatMap(({ stream, witnesses: cosigned }): Finding[] => {
    const there = witnesses.filter(({ name }) => cosigned.includes(name));
    if (isEnough(quorum, new Set(there.map(({ alias }) => alias)))) return [];
    const by = there.length === 0 ? 'none of them' : there.map(({ alias }) => alias).join(', ');
    return [
      {
        rule: 'checkpoint',
        where: `checkpoint of the ${stream} log`,
        message: `needs the cosignatures of ${quorumInWords(quorum)}, and has that of ${by}`,
      },
    ];
  });
  if (missing.length === 0) return report;
  return {
    ...report,
    ok: false,
    findings: [...missing, ...report.findings],
    findingCount: report.findingCount + missing.length,
  };
}
