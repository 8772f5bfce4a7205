import type { Plan, PlanTable } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Section } from '../../../components/section.tsx';

/** What the plugin shows beside its effects, such as control totals and a sample. Of plans that are older, nothing. */
export function PlanTables({ plan }: { readonly plan: Plan }): ReactNode {
  return plan.tables.map((one) => (
    <Section key={one.title} title={one.title}>
      <OneTable table={one} />
    </Section>
  ));
}

const NUMBER = /^-?[0-9][0-9,]*([.,][0-9]+)?$/;

function OneTable({ table: { title, columns, rows } }: { readonly table: PlanTable }): ReactNode {
  // A column of nothing but numbers is set like one.
  const isNumber = columns.map((_, at) => rows.length > 0 && rows.every(({ cells }) => NUMBER.test(cells[at] ?? '')));
  return (
    <ScrollBox label={title}>
      <table className={table.table} aria-label={title}>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th key={column} data-num={isNumber[at] === true ? '' : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cells }, row) => (
            // Rows have no name of their own, and never change.
            <tr key={row}>
              {columns.map((column, at) => (
                <td key={column} data-num={isNumber[at] === true ? '' : undefined}>
                  {cells[at] ?? ''}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
