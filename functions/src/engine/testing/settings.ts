import { config } from '../../config.ts';
import { log } from '../../log.ts';

type Settings = {
  -readonly [K in keyof typeof config]?: (typeof config)[K] extends number ? number : (typeof config)[K];
};

/** Other settings for the tests of one file: small pages make many pages of few rows. */
export function changeSettings(settings: Settings): void {
  Object.assign(config, settings);
}

/** The platform's log lines would bury the tests' own output. */
export function silenceLog(): void {
  for (const name of Object.keys(log)) Object.assign(log, { [name]: () => undefined });
}
