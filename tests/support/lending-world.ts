/** An engine on a database of its own with two orgs, people and the lending pack active: where service tests begin. */

import { randomUUID } from "node:crypto";
import { canonicalJson, hashDefinition } from "#engine/core/canonical.ts";
import type { OrgContext } from "#engine/core/step-types.ts";
import { renderPdf } from "#engine/effects/render-pdf.ts";
import type { Definition } from "#engine/schema/definition.ts";
import { createEngine, type Engine } from "#engine/service/work/engine-context.ts";
import { chooseScope, type Principal, type Scope } from "#engine/service/work/scope.ts";
import { activate } from "#engine/store/activations.ts";
import { saveDefinitions } from "#engine/store/definitions.ts";
import { saveGrant, saveOrg, savePerson } from "#engine/store/people.ts";
import { createRelease } from "#engine/store/releases.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { lendingPack } from "./lending-pack.ts";

export const START = "2026-02-02T06:00:00.000Z";
const SYSTEM = { orgs: "system", actorId: "system" } as const;

/** Role by org of each person. */
const PEOPLE = {
  clerk: { ONE: "clerk" },
  other: { ONE: "clerk" },
  chief: { ONE: "chief" },
  second: { ONE: "chief" },
  both: { ONE: "chief", TWO: "chief" },
  far: { TWO: "chief" },
} as const satisfies Record<string, Partial<Record<OrgCode, string>>>;

export type OrgCode = "ONE" | "TWO";
export type Who = keyof typeof PEOPLE | "branch";

export interface LendingWorld {
  readonly database: TestDatabase;
  readonly engine: Engine;
  /** How often the relay was woken. */
  readonly wakes: () => number;
  readonly orgs: Readonly<Record<OrgCode, OrgContext>>;
  readonly ids: Readonly<Record<Who, string>>;
  setNow(instant: string): void;
  /** Scope of a person; without an org their default one. */
  as(who: Who, org?: OrgCode | "all"): Scope;
}

export async function lendingWorld(pack: readonly Definition[] = lendingPack): Promise<LendingWorld> {
  const database = await testDatabase();
  let now = START;
  let wakes = 0;
  const silent = () => undefined;
  const engine = createEngine({
    renderPdf,
    store: database.store,
    clock: { now: () => now },
    log: { info: silent, warn: silent, error: (fields, message) => console.error(message, fields) },
    wake: () => {
      wakes += 1;
    },
  });
  const orgs = { ONE: orgOf("ONE"), TWO: orgOf("TWO") };
  const ids = Object.fromEntries([...Object.keys(PEOPLE), "branch"].map((name) => [name, name === "branch" ? "branch" : randomUUID()])) as Record<Who, string>;
  await seed(engine, orgs, ids, pack);
  return {
    database,
    engine,
    wakes: () => wakes,
    orgs,
    ids,
    setNow(instant) {
      now = instant;
    },
    as: (who, org) => chooseScope(principalOf(who, ids, orgs), { channel: "api", ...(org === undefined ? {} : { org }) }),
  };
}

function orgOf(code: OrgCode): OrgContext {
  return {
    id: randomUUID(),
    code,
    name: `Org ${code}`,
    timeZone: "Europe/Istanbul",
    branding: { name: `Org ${code}`, mail_from: `${code.toLowerCase()}@lending.example` },
  };
}

function principalOf(who: Who, ids: LendingWorld["ids"], orgs: LendingWorld["orgs"]): Principal {
  const base = { id: ids[who], name: who, level: null, defaultOrgId: null, narrowedTo: null, direct: [] };
  if (who === "branch") return { ...base, kind: "client", grants: [{ org: orgs.ONE, roles: [] }] };
  const grants = Object.entries(PEOPLE[who]).map(([code, role]) => ({ org: orgs[code as OrgCode], roles: [role as string] }));
  return { ...base, kind: "person", email: `${who}@lending.example`, grants };
}

async function seed(engine: Engine, orgs: LendingWorld["orgs"], ids: LendingWorld["ids"], pack: readonly Definition[]): Promise<void> {
  const at = engine.clock.now();
  await engine.store.work(SYSTEM, async (tx) => {
    for (const org of Object.values(orgs)) await saveOrg(tx, { ...org, fourEyes: true, active: true });
    const versions = pack.map((definition) => ({
      kind: definition.kind,
      key: definition.key,
      hash: hashDefinition(definition),
      content: canonicalJson(definition),
    }));
    await saveDefinitions(tx, versions, "system", at);
    const manifest = Object.fromEntries(versions.map(({ kind, key, hash }) => [`${kind}/${key}`, hash]));
    const release = await createRelease(tx, {
      base: null,
      authors: [],
      createdBy: "system",
      createdAt: at,
      note: "first",
      manifest,
      checks: null,
      state: "approved",
    });
    for (const org of Object.values(orgs)) {
      await activate(tx, {
        orgId: org.id,
        id: randomUUID(),
        release: release.number,
        from: at,
        percent: 100,
        note: "first",
        createdBy: "system",
        createdAt: at,
      });
    }
    for (const [name, grants] of Object.entries(PEOPLE)) {
      const id = ids[name as Who];
      await savePerson(
        tx,
        {
          id,
          email: `${name}@lending.example`,
          name,
          status: "active",
          passwordHash: null,
          totpSecret: null,
          level: null,
          defaultOrgId: null,
          preferences: {},
          lastLoginAt: null,
        },
        at,
      );
      for (const [code, role] of Object.entries(grants))
        await saveGrant(tx, { orgId: orgs[code as OrgCode].id, personId: id, role, validFrom: null, validTo: null });
    }
  });
}
