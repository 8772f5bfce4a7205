/** A mistake or a lack that the user can put right: the message names the remedy. */
export class PlatformError extends Error {
  override name = 'PlatformError';
}
