import type { Risk } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import table from '../../../components/data-table.module.css';
import { Section } from '../../../components/section.tsx';

/** Why the risk is what it is: each factor with its points, and what would lower it. */
export function RiskFactors({ risk }: { readonly risk: Risk }): ReactNode {
  return (
    <Section title={`Risk: ${risk.band}`} aside={`${risk.score} points`}>
      {risk.factors.length === 0 ? (
        <p className="muted">Nothing raises the risk of this plan.</p>
      ) : (
        <div className={table.scroll}>
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
              {risk.factors
                .toSorted((a, b) => b.weight - a.weight)
                .map((factor) => (
                  <tr key={factor.code}>
                    <td>{factor.title}</td>
                    <td>{factor.detail}</td>
                    <td className="muted">{factor.remedy}</td>
                    <td data-num>{factor.weight}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
