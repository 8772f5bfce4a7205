import type { ParameterInput } from '@countersign/domain/schemas/plugin';

export interface MoneyValue {
  /** Integer minor units as a decimal string. */
  readonly amountMinor: string;
  readonly currency: string;
}

type ValueOf<P extends ParameterInput> = P extends { readonly type: 'number' }
  ? number
  : P extends { readonly type: 'boolean' }
    ? boolean
    : P extends { readonly type: 'money' }
      ? MoneyValue
      : P extends { readonly type: 'select'; readonly options: readonly { readonly value: infer Value }[] }
        ? Value
        : P extends { readonly type: 'multiselect'; readonly options: readonly { readonly value: infer Value }[] }
          ? readonly Value[]
          : string;

/** A parameter that may be left out, or that is asked for only sometimes, may be undefined. */
type Present<P extends ParameterInput> = P extends { readonly required: false } | { readonly showWhen: object }
  ? ValueOf<P> | undefined
  : ValueOf<P>;

/** The values of a run form, by parameter name, as `execute` gets them. */
export type ParameterValues<Parameters extends readonly ParameterInput[]> = {
  readonly [P in Parameters[number] as P['name']]: Present<P>;
};
