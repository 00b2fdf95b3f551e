/** The lending pack with the studio's rights: clerks edit, chiefs also publish and replay. */
import type { AccessDefinition } from "#engine/schema/access.ts";
import type { Definition } from "#engine/schema/definition.ts";
import { lendingPack } from "./lending-pack.ts";

const RIGHTS = { "rules.view": "See definitions", "rules.edit": "Edit definitions", "rules.publish": "Publish", "replay.run": "Replay" };

export const studioPack: readonly Definition[] = lendingPack.map((definition) => (definition.kind === "access" ? withRights(definition) : definition));

function withRights(access: AccessDefinition): AccessDefinition {
  const role = (name: string, rights: readonly string[]) => {
    const own = access.roles[name];
    return { [name]: { title: name, ...own, permissions: [...(own?.permissions ?? []), ...rights] } };
  };
  return {
    ...access,
    permissions: { ...access.permissions, ...RIGHTS },
    roles: { ...access.roles, ...role("clerk", ["rules.view", "rules.edit"]), ...role("chief", Object.keys(RIGHTS)) },
  };
}

/** A definition of the pack by key. */
export function definitionOf<T extends Definition>(key: string): T {
  const found = studioPack.find((definition) => definition.key === key);
  if (found === undefined) throw new Error(`The pack has no ${key}`);
  return structuredClone(found) as T;
}
