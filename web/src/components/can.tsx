import type { Operation } from '@countersign/domain/schemas/plugin';
import { IconBook2, IconEye, IconSend } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './can.module.css';

/** What an operation can do to the world, in words. */
export function Can({ can }: { readonly can: Operation['can'] }): ReactNode {
  return (
    <span className={classes.root}>
      {can.moveMoney && (
        <span className={classes.item} data-strong>
          <IconSend size={15} stroke={1.7} aria-hidden /> move money
        </span>
      )}
      {can.writeLedger && (
        <span className={classes.item}>
          <IconBook2 size={15} stroke={1.7} aria-hidden /> write the ledger
        </span>
      )}
      {can.readOnly && (
        <span className={classes.item}>
          <IconEye size={15} stroke={1.7} aria-hidden /> only read
        </span>
      )}
    </span>
  );
}
