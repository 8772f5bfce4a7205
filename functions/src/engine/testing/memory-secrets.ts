import { stagedIsGone, type SecretStore } from '../../secret-store.ts';

export interface MemorySecrets extends SecretStore {
  readonly active: ReadonlyMap<string, string>;
}

/** `SecretStore` in memory. */
export function memorySecrets(): MemorySecrets {
  const [staged, active] = [new Map<string, string>(), new Map<string, string>()];
  return {
    active,
    async stage(name, value) {
      const id = String(staged.size + 1);
      staged.set(`${name} ${id}`, value);
      return id;
    },
    async activate(name, id) {
      const value = staged.get(`${name} ${id}`);
      if (value === undefined) throw stagedIsGone(name);
      active.set(name, value);
    },
  };
}
