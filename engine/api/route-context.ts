/** What a group of routes is made with. */
import type { SealingKey } from "../service/auth/sealed.ts";
import type { Engine } from "../service/work/engine-context.ts";
import type { ApiConfig } from "./config.ts";
import type { Log } from "./logging.ts";
import type { RouteSpec } from "./route.ts";
import type { SignInTries } from "./sign-in-tries.ts";

export interface RouteContext {
  readonly engine: Engine;
  readonly config: ApiConfig;
  readonly log: Log;
  /** Opens the signing secrets of contract clients. */
  readonly sealing: SealingKey;
  /** Wrong passwords, counted by address and by account wherever they are typed. */
  readonly underLimit: SignInTries;
}

export type RouteGroup = (context: RouteContext) => readonly RouteSpec[];
