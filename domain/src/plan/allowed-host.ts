/** Whether a URL is at one of the allowed hosts: `host` or `host:port`, exactly, over TLS unless it is this machine. */
export function isAllowedHost(url: string, allowed: readonly string[]): boolean {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return false;
  }
  const local = parsed.hostname === 'localhost' || parsed.hostname === '127.0.0.1';
  if (parsed.protocol !== 'https:' && !local) return false;
  if (parsed.username !== '' || parsed.password !== '') return false;
  return allowed.includes(parsed.host);
}
