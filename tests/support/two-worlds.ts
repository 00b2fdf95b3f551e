/**
 * Two databases that differ in what JTR owns and does: the full fixture with a busy JTR, and the same without any of JTR's
 * records. MOD does the same in both. What somebody of MOD alone is answered must be the same in both, byte for byte.
 */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { codeOf, confirmByWarehouse } from "./order-acts.ts";
import { type Answer, type ProductApi, productApi, wonDeal } from "./product-api.ts";

export interface Worlds {
  readonly full: ProductApi;
  readonly bare: ProductApi;
  /** What MOD has in a world. */
  at(api: ProductApi): { readonly deal: string; readonly order: string };
  /** What JTR has in the full one, to ask for by name. */
  readonly foreign: { readonly deal: string; readonly order: string; readonly dealId: string };
}

export const MOD_ACCOUNTS = ["owner.mod", "manager.mod", "admin.mod"] as const;

export async function openWorlds(): Promise<Worlds> {
  const full = await productApi();
  const bare = await productApi();
  await withoutJtr(bare);
  const { deal, dealId, codes } = await wonDeal(full, { customer: "Fjord", lines: [{ qty_m: "700" }] });
  const foreign = { deal: codeOf(deal), dealId, order: codes[0] as string };
  await confirmByWarehouse(full, `purchase-order:${codes[0]}`, ["700"]);
  const blocked = await wonDeal(full, { customer: "Cobalt", lines: [{ qty_m: "10" }] });
  await full.as("manager.jtr").send(blocked.deal, "credit.override", { reason_code: "MANAGEMENT_DECISION" });
  await full.as("admin.jtr").patch("/settings/credit-payments", { grace_days: 3 });
  const mine = new Map<ProductApi, { readonly deal: string; readonly order: string }>();
  // MOD does the same in both, a minute later, and with the same chance: lists of one instant are in the order of their ids.
  for (const api of [full, bare]) {
    await api.setClock("2026-02-02T09:01:00+03:00");
    let drawn = 0;
    Object.assign(api.running.engine, { seed: () => createHash("sha256").update(`seed ${drawn++}`).digest("hex").slice(0, 32) });
    const { deal, orders } = await wonDeal(api, { by: "owner.mod", customer: "Gala", lines: [{ qty_m: "30", unit_price: "5.00", stock_owner_org: "MOD" }] });
    await confirmByWarehouse(api, orders[0] as string, ["30"], "MOD");
    await api.as("manager.mod").send(orders[0] as string, "shipment.approve", { note: "ok" });
    mine.set(api, { deal, order: orders[0] as string });
    await api.drain();
  }
  return { full, bare, foreign, at: (api) => mine.get(api) as { readonly deal: string; readonly order: string } };
}

/** JTR's business records and what runs on them are gone; customers that nobody else has a profile of, too. */
async function withoutJtr(api: ProductApi): Promise<void> {
  await api.database.sql(`do $$
    declare jtr uuid := (select id from org where code = 'JTR');
    begin
      set local session_replication_role = replica;
      delete from record where org_id = jtr and type not in ('price-list', 'stock-by-quality-cache');
      delete from instance where org_id = jtr and record_type <> 'price-list';
      delete from record c where c.type = 'customers'
        and not exists (select 1 from record p where p.type = 'customer-org-profiles' and p.data ->> 'customer_id' = c.id::text);
      delete from record_unique u where u.type = 'customers' and not exists (select 1 from record r where r.id = u.record_id);
    end $$`);
}

/** Headers that tell when and to whom, not what: how often this caller has asked before, and test mode's count of statements. */
const OWN_HEADERS = new Set([
  "date",
  "x-request-id",
  "content-length",
  "set-cookie",
  "x-statements",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "ratelimit",
]);

/** Ids, codes, instants and request names differ between any two databases; they are numbered in the order they appear. */
export function normal(answer: Answer): string {
  const names = new Map<string, string>();
  const number = (kind: string) => (text: string) => {
    if (!names.has(text)) names.set(text, `${kind}-${names.size}`);
    return names.get(text) as string;
  };
  const headers = Object.entries(answer.headers)
    .filter(([name]) => !OWN_HEADERS.has(name))
    .map(([name, value]) => `${name}: ${name === "etag" ? "etag" : String(value)}`)
    .sort()
    .join("\n");
  return `${answer.status}\n${headers}\n\n${answer.text}`
    .replace(/'nonce-[^']+'/gu, "'nonce'")
    .replace(/urn:request:[\w-]+/gu, "urn:request")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu, number("id"))
    .replace(/\b[A-Z]{3}(?:DL|PO|SR|\d{4}PI)[2-9A-HJKMNP-TV-Z]{8}\b/gu, number("code"))
    .replace(/\bRF-[2-9A-HJKMNP-TV-Z]{8}\b/gu, number("request"))
    .replace(/"(?:etag|hash|prevHash)":\s*"[^"]*"/gu, '"etag"');
}

/** Asks the same of both worlds as everybody of MOD; the answers must be equal, and name nobody else. */
export async function expectSame(
  { full, bare }: Worlds,
  ask: (api: ProductApi, account: string) => Promise<Answer>,
  what: string,
  accounts: readonly string[] = MOD_ACCOUNTS,
): Promise<void> {
  for (const account of accounts) {
    const [left, right] = [await ask(full, account), await ask(bare, account)];
    expect(normal(left), `${what} as ${account}`).toBe(normal(right));
    expect(left.text, `${what} as ${account}`).not.toMatch(/JTR/u);
  }
}
