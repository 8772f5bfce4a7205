import type { Execution, ExecutionState } from '@countersign/domain/schemas/execution';
import { signatureCount } from './signing.ts';

/** What a state asks for: `act` and `bad` are the only strong colours. */
export type Tone = 'quiet' | 'busy' | 'act' | 'good' | 'bad';
export type Shape =
  | 'dots'
  | 'half'
  | 'ring-check'
  | 'arrow'
  | 'disc-check'
  | 'triangle'
  | 'octagon'
  | 'cross'
  | 'bar'
  | 'clock'
  | 'square';

const STATES: Readonly<Record<ExecutionState, { readonly label: string; readonly tone: Tone; readonly shape: Shape }>> =
  {
    planning: { label: 'Planning', tone: 'busy', shape: 'dots' },
    awaiting_approval: { label: 'Waiting', tone: 'act', shape: 'half' },
    approved: { label: 'Approved', tone: 'busy', shape: 'ring-check' },
    applying: { label: 'Applying', tone: 'busy', shape: 'arrow' },
    completed: { label: 'Done', tone: 'good', shape: 'disc-check' },
    needs_repair: { label: 'Needs repair', tone: 'bad', shape: 'triangle' },
    drifted: { label: 'Stopped (drift)', tone: 'bad', shape: 'octagon' },
    rejected: { label: 'Rejected', tone: 'quiet', shape: 'cross' },
    cancelled: { label: 'Cancelled', tone: 'quiet', shape: 'bar' },
    expired: { label: 'Expired', tone: 'quiet', shape: 'clock' },
    failed: { label: 'Failed', tone: 'bad', shape: 'square' },
  };

export function describeState(execution: Pick<Execution, 'state' | 'plan' | 'approvals'>): {
  readonly label: string;
  readonly tone: Tone;
  readonly shape: Shape;
} {
  const state = STATES[execution.state];
  if (execution.state !== 'awaiting_approval') return state;
  const { signed, needed } = signatureCount(execution);
  return { ...state, label: `Waiting ${signed}/${needed}` };
}

export function stateLabel(state: ExecutionState): string {
  return STATES[state].label;
}
