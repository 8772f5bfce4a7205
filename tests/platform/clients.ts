import type { Platform } from '../../scripts/platform.ts';

/** The emulators' REST interfaces, as far as these tests need them; no SDK, so that nothing global is left behind. */
export class Clients {
  private readonly platform: Platform;
  private readonly documents: string;
  private readonly bucket: string;

  constructor(platform: Platform) {
    this.platform = platform;
    this.documents = `http://${platform.hosts.firestore}/v1/projects/${platform.projectId}/databases/(default)/documents`;
    this.bucket = `http://${platform.hosts.storage}/v0/b/${platform.projectId}.appspot.com/o`;
  }

  /** Past the rules, as the admin SDK does. */
  async setDocument(path: string, fields: Record<string, unknown>): Promise<void> {
    const response = await fetch(`${this.documents}/${path}`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
      body: JSON.stringify({ fields }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  }

  async getDocument(path: string): Promise<Record<string, unknown> | null> {
    const response = await fetch(`${this.documents}/${path}`, { headers: { authorization: 'Bearer owner' } });
    if (!response.ok) return null;
    return ((await response.json()) as { fields?: Record<string, unknown> }).fields ?? {};
  }

  async signUp(email: string): Promise<{ uid: string; token: string }> {
    return this.auth('signUp', email);
  }

  async signIn(email: string): Promise<{ uid: string; token: string }> {
    return this.auth('signInWithPassword', email);
  }

  private async auth(action: string, email: string): Promise<{ uid: string; token: string }> {
    const url = `http://${this.platform.hosts.auth}/identitytoolkit.googleapis.com/v1/accounts:${action}?key=demo-key`;
    const body = JSON.stringify({ email, password: 'secret-enough', returnSecureToken: true });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answer = (await response.json()) as { localId: string; idToken: string };
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return { uid: answer.localId, token: answer.idToken };
  }

  /** The HTTP status of an upload; without a token as nobody, with `owner` past the rules. */
  async upload(name: string, text: string, contentType: string, token?: string): Promise<number> {
    const response = await fetch(`${this.bucket}?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { 'content-type': contentType, ...authorization(token) },
      body: text,
    });
    await response.arrayBuffer();
    return response.status;
  }

  async download(name: string, token?: string): Promise<{ status: number; text: string }> {
    const url = `${this.bucket}/${encodeURIComponent(name)}?alt=media`;
    const response = await fetch(url, { headers: authorization(token) });
    return { status: response.status, text: await response.text() };
  }
}

const authorization = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: token === 'owner' ? 'Bearer owner' : `Firebase ${token}` };
