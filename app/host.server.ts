/**
 * What the process that hosts the web app gives to every request. The composition root fills it: entry.server.tsx re-exports
 * `hostContext`, so that host and bundle hold the same object.
 */
import { createContext } from "react-router";
import type { Engine } from "#engine/service/work/engine-context.ts";

export interface DemoActor {
  readonly email: string;
  readonly name: string;
  /** What this person does here, in a few words. */
  readonly role: string;
  readonly orgs: readonly string[];
}

export interface Host {
  readonly engine: Engine;
  /** Of this response's Content-Security-Policy; empty where none is set. */
  readonly nonce: string;
  /** `https://host` as browsers see it; decides the session cookie's name. */
  readonly publicOrigin: string;
  readonly requestId: string;
  readonly ip: string | null;
  /** Counts a visitor without an account, by address; throws `rate_limited` beyond the limit. */
  readonly countVisit: () => void;
  /** Runs a sign-in under the limit of wrong tries. */
  readonly underTryLimit: <T>(email: string, signIn: () => Promise<T>) => Promise<T>;
  /** Accounts that may be entered without a password: only in demo mode, else null. */
  readonly demo: { readonly actors: readonly DemoActor[]; readonly password: string } | null;
}

export const hostContext = createContext<Host>();
