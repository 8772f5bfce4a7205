import { plural } from '@countersign/domain/plan/sentence';
import type { Risk } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { usePhone } from '../../../components/phone.ts';
import { Section } from '../../../components/section.tsx';
import classes from './overview.module.css';

type Factors = Risk['factors'];

/** Why the risk is what it is: each factor with its points, and what would lower it. */
export function RiskFactors({ risk }: { readonly risk: Risk }): ReactNode {
  const phone = usePhone();
  const factors = risk.factors.toSorted((a, b) => b.weight - a.weight);
  return (
    <Section title={`Risk: ${risk.band}`} aside={plural(risk.score, 'point')}>
      {factors.length === 0 ? (
        <p className="muted">Nothing raises the risk of this plan.</p>
      ) : phone ? (
        <PhoneFactors factors={factors} />
      ) : (
        <FactorTable factors={factors} />
      )}
    </Section>
  );
}

function FactorTable({ factors }: { readonly factors: Factors }): ReactNode {
  return (
    <ScrollBox label="Risk">
      <table className={table.table} aria-label="What raises the risk">
        <thead>
          <tr>
            <th>What</th>
            <th>Why</th>
            <th>What would lower it</th>
            <th data-num>Points</th>
          </tr>
        </thead>
        <tbody>
          {factors.map((factor) => (
            <tr key={factor.code}>
              <td>{factor.title}</td>
              <td>{factor.detail}</td>
              <td className="muted">{factor.remedy}</td>
              <td data-num>{factor.weight}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** The same, one below the other: four columns of sentences do not fit a phone. */
function PhoneFactors({ factors }: { readonly factors: Factors }): ReactNode {
  return (
    <ul className={classes.factors} aria-label="What raises the risk">
      {factors.map((factor) => (
        <li key={factor.code}>
          <p className={classes.factorHead}>
            <strong>{factor.title}</strong>
            <span className="tabular nowrap">{plural(factor.weight, 'point')}</span>
          </p>
          <p>{factor.detail}</p>
          <p className="muted">{factor.remedy}</p>
        </li>
      ))}
    </ul>
  );
}
