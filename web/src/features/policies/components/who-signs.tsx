import { eligibleFor } from '@countersign/domain/approval/eligible';
import { levelsInWords } from '@countersign/domain/approval/replay';
import { inWords, plural } from '@countersign/domain/plan/sentence';
import type { Member } from '@countersign/domain/schemas/organization';
import type { ApprovalLevel } from '@countersign/domain/schemas/policy';
import type { ReactNode } from 'react';
import { Mark } from '../../../components/state-mark.tsx';
import classes from './policies.module.css';

/** Names up to this number; more are counted. */
const SHOWN = 6;

/** Who can sign these levels now, level by level, and whether there are enough of them. */
export function WhoSigns({
  levels,
  members,
}: {
  readonly levels: readonly ApprovalLevel[];
  /** Null while they are not known. */
  readonly members: readonly Member[] | null;
}): ReactNode {
  if (levels.length === 0 || members === null) return null;
  const { byLevel, missing, needed } = eligibleFor(levels, members);
  const nameOf = (uid: string): string => members.find((member) => member.uid === uid)?.name ?? uid.slice(0, 10);
  const names = (uids: readonly string[]): string => {
    if (uids.length === 0) return 'nobody';
    const more = uids.length - SHOWN;
    return inWords([...uids.slice(0, SHOWN).map(nameOf), ...(more > 0 ? [`${more} more`] : [])], 'or');
  };
  return (
    <>
      <ol className={classes.second}>
        {levels.map((level, index) => (
          // Levels have no identity of their own, and are never moved here.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            {levelsInWords([level])}: {names(byLevel[index] ?? [])}
          </li>
        ))}
      </ol>
      {missing > 0 && (
        <p className={classes.warn}>
          <Mark tone="bad" shape="triangle" wrap>
            {`Nobody can give ${plural(missing, 'signature')}: a plan under this rule expires. Give somebody the role, or change the rule.`}
          </Mark>
        </p>
      )}
      {missing === 0 && needed.length > 0 && (
        <p className={classes.warn}>
          <Mark tone="act" shape="triangle" wrap>
            {`What ${inWords(needed.map(nameOf), 'or')} ${needed.length === 1 ? 'asks' : 'ask'} for, nobody else could sign: who asks never signs.`}
          </Mark>
        </p>
      )}
    </>
  );
}
