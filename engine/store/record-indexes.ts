/** Expression indexes that types ask for (`TypeDefinition.indexes`), made when a release is activated. */
import type { TypeDefinition } from "../schema/types.ts";
import type { Store } from "./store.ts";

/** Creates what is missing, concurrently, as the owner; drops nothing. Gives the names made. */
export declare function ensureIndexes(store: Store, types: readonly TypeDefinition[]): Promise<readonly string[]>;
