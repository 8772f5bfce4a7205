import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. */
export type Resolver = (host: string) => Promise<readonly Address[]>;

export const systemResolver: Resolver = (host) => lookup(host, { all: true, verbatim: true });

/** What a host's name leads to: addresses that may be connected to, or why none may. */
export type Checked =
  | { readonly status: 'allowed'; readonly addresses: readonly [Address, ...Address[]] }
  | { readonly status: 'refused'; readonly address: string }
  | { readonly status: 'unresolved' };

/**
 * Resolve a URL's host once and judge every address. One that is not public refuses them all: a name of which only
 * some addresses are public is made to be tried until the other comes up.
 * @param allowLoopback this machine, where it is called by its own names; for platforms on one machine only
 */
export async function checkedAddresses(hostname: string, resolve: Resolver, allowLoopback: boolean): Promise<Checked> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const found = family === 0 ? await resolve(host).catch(() => []) : [{ address: host, family }];
  const mayBeLoopback = allowLoopback && (host === 'localhost' || isLoopbackAddress(host));
  const refused = found.find(
    ({ address }) => !isPublicAddress(address) && !(mayBeLoopback && isLoopbackAddress(address)),
  );
  if (refused !== undefined) return { status: 'refused', address: refused.address };
  const [first, ...rest] = found;
  return first === undefined ? { status: 'unresolved' } : { status: 'allowed', addresses: [first, ...rest] };
}

/** A socket's look-up that answers with what was checked, whatever the name says by now. */
export function lookupOf(addresses: readonly [Address, ...Address[]]): LookupFunction {
  return (_, options, answer) => {
    if (options.all === true) answer(null, [...addresses]);
    else answer(null, addresses[0].address, addresses[0].family);
  };
}
