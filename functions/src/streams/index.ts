/**
 * The streams, as the engine and the commands see them:
 *
 *   ledgerIntents(orgId, commitId, intents, now): Write[]        put into the commit that causes the postings
 *   auditIntents(orgId, commitId, events, now): Write[]          from `auditEvent()` in domain/audit/event
 *   drainStream(deps, orgId, name, { maxBatches }): DrainResult  decide what waits
 *   awaitDecided(deps, orgId, name, commitId, { timeoutMs }): Refusal[]   drain until this commit's intents are decided
 *   takeResult(orgId, name, commitId): Write                     deletes the refusals, in the commit that records them
 *   sealStream(deps, orgId, name, { force }): Checkpoint | null  sign and publish
 *   checkHistory(deps, orgId, name): OtherHistory | null         whether it goes on from what was published
 *   drainForgotten(deps, { limit }): ForgottenResult             what the tick calls
 *
 * The id of a `record` intent is the id of its journal. A commit id names one commit, once.
 */
export { auditIntents, ledgerIntents, takeResult } from './inbox.ts';
export { awaitDecided, drainStream, handedIn } from './writer.ts';
export { checkHistory, sealStream, type OtherHistory } from './checkpointer.ts';
export { drainForgotten, type ForgottenResult } from './forgotten.ts';
export { localSigner } from './signer.ts';
export { folderPublisher } from './publisher.ts';
export type {
  AskWitness,
  CheckpointPublisher,
  DrainResult,
  Refusal,
  SealDeps,
  Signer,
  StreamDeps,
  Witnesses,
} from './ports.ts';
