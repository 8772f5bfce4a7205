import { stagedIsGone, type SecretStore } from '../../secret-store.ts';

export interface MemorySecrets extends SecretStore {
  /** Values by `NAME ID`. */
  readonly stored: ReadonlyMap<string, { readonly value: string; readonly storedAt: string }>;
}

/** `SecretStore` in memory. */
export function memorySecrets(now: () => Date = () => new Date()): MemorySecrets {
  const stored = new Map<string, { value: string; storedAt: string }>();
  let ids = 0;
  return {
    stored,
    async stage(name, value) {
      const id = String((ids += 1));
      stored.set(`${name} ${id}`, { value, storedAt: now().toISOString() });
      return id;
    },
    async read(name, id) {
      const found = stored.get(`${name} ${id}`);
      if (found === undefined) throw stagedIsGone(name);
      return found.value;
    },
    async discard(name, id) {
      stored.delete(`${name} ${id}`);
    },
    list: async (name) =>
      [...stored].flatMap(([key, { storedAt }]) =>
        key.startsWith(`${name} `) ? [{ id: key.slice(name.length + 1), storedAt }] : [],
      ),
  };
}
