/**
 * Which definitions are in force: org and instant to release, release to compiled program. Releases are immutable, so a
 * program is kept until it is the least used; which release an org works with is kept per activation epoch.
 */
import { EngineError } from "../../core/errors.ts";
import { type CompiledMachine, compileMachine } from "../../core/machine/compile.ts";
import { createProgram, type Program } from "../../core/program.ts";
import type { Instant } from "../../core/step-types.ts";
import type { Definition } from "../../schema/definition.ts";
import type { MachineDefinition } from "../../schema/machine.ts";
import { createActivationCache, releaseAt } from "../../store/activations.ts";
import type { Catalogue } from "../../store/catalogue.ts";
import { type DefinitionVersion, loadDefinitions } from "../../store/definitions.ts";
import { loadRelease } from "../../store/releases.ts";
import type { Tx } from "../../store/tx.ts";

/** The definitions that one org works with at one instant. */
export interface Ruling {
  readonly release: number;
  readonly program: Program;
  readonly catalogue: Catalogue;
}

export interface ProgramCache {
  /**
   * The release in force for an org, or, where activations are split, for one instance of it.
   *
   * - throws EngineError `unavailable` where the org has no release yet
   */
  inForce(tx: Tx, orgId: string, at: Instant, options?: { readonly instanceId?: string; readonly epoch?: number }): Promise<Ruling>;
  /** - throws EngineError `not_found` for a number that no release has */
  release(tx: Tx, number: number): Promise<Ruling>;
  /** The version of a machine that an instance is pinned to; from the ruling where it is the same. */
  machine(tx: Tx, ruling: Ruling, key: string, version: string): Promise<CompiledMachine>;
  /** A definition by version hash, whatever release it was in; null where there is none. */
  definition(tx: Tx, hash: string): Promise<Definition | null>;
  /** One org's activations; without an org everything that is counted anew in a database that was emptied, releases too. */
  forget(orgId?: string): void;
}

const MACHINES_KEPT = 64;
const DEFINITIONS_KEPT = 256;

export function createProgramCache(releasesKept: number): ProgramCache {
  const activations = createActivationCache();
  const rulings = new Map<number, Promise<Ruling>>();
  const machines = new Map<string, Promise<CompiledMachine>>();
  const definitions = new Map<string, Promise<Definition | null>>();

  const release = (tx: Tx, number: number): Promise<Ruling> => recall(rulings, number, releasesKept, () => loadRuling(tx, number));
  const definition = (tx: Tx, hash: string): Promise<Definition | null> =>
    recall(definitions, hash, DEFINITIONS_KEPT, async () => {
      const [version] = await loadDefinitions(tx, [hash]);
      return version === undefined ? null : (JSON.parse(version.content) as Definition);
    });

  return {
    release,
    definition,
    async inForce(tx, orgId, at, options = {}) {
      const rows = await activations.activationsOf(tx, orgId, options.epoch);
      const number = releaseAt(rows, at, options.instanceId ?? orgId);
      if (number === null) throw new EngineError("unavailable", "No release is active for this org yet.");
      return await release(tx, number);
    },
    async machine(tx, ruling, key, version) {
      const current = ruling.program.machine(key);
      if (current !== null && current.version === version) return current;
      return await recall(machines, version, MACHINES_KEPT, async () => {
        const content = await definition(tx, version);
        if (content === null || content.kind !== "machine") throw new EngineError("internal", `Version ${version} of machine ${key} is not stored.`);
        return compileMachine(content as MachineDefinition, version);
      });
    },
    forget(orgId) {
      activations.forget(orgId);
      if (orgId === undefined) rulings.clear();
    },
  };
}

/** Least recently used first; a load that fails is not kept. */
function recall<K, V>(cache: Map<K, Promise<V>>, key: K, size: number, load: () => Promise<V>): Promise<V> {
  const known = cache.get(key);
  if (known !== undefined) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const loading = load();
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  for (const oldest of cache.keys()) {
    if (cache.size <= size) break;
    cache.delete(oldest);
  }
  return loading;
}

async function loadRuling(tx: Tx, number: number): Promise<Ruling> {
  const row = await loadRelease(tx, number);
  if (row === null) throw new EngineError("not_found", `There is no release ${number}.`);
  return createRuling(number, await loadDefinitions(tx, Object.values(row.manifest)));
}

/** A program and the store's view of it from stored versions: releases here, drafts in check-draft. */
export function createRuling(release: number, versions: readonly DefinitionVersion[]): Ruling {
  const parsed = versions.map(({ kind, key, hash, content }) => ({ kind, key, hash, content: JSON.parse(content) as Definition }));
  const program = createProgram(parsed);
  return { release, program, catalogue: catalogueOf(program) };
}

function catalogueOf(program: Program): Catalogue {
  return {
    type: (ref) => program.type(ref),
    types: () => program.types(),
    fact: (ref) => program.fact(ref)?.definition ?? null,
    settings: (ref) => program.settings(ref),
    access: () => program.access,
  };
}
