import type { GateParams } from "#engine/schema/statechart.ts";

/** How the gate of this rule set or table may be overridden, where some guard in the config says so. */
export function overrideGuard(node: unknown, key: string): NonNullable<GateParams["override"]> | null {
  if (typeof node !== "object" || node === null) return null;
  const { type, params } = node as { readonly type?: unknown; readonly params?: GateParams };
  if (type === "gate" && params?.override !== undefined) {
    const ref = params.ruleset ?? params.table ?? "";
    if (ref === key || ref === key.slice(key.indexOf(".") + 1)) return params.override;
  }
  for (const child of Object.values(node)) {
    const found = overrideGuard(child, key);
    if (found !== null) return found;
  }
  return null;
}
