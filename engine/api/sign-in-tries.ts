/** Signing in under a limit of wrong tries, by address and by account: the API and the page share the count. */
import { createTryCounter } from "./guard.ts";

/** Runs a sign-in and counts it when it was refused for what was typed. Throws `rate_limited` beyond the limit, before it is tried. */
export type SignInTries = <T>(who: { readonly ip: string; readonly email: string }, signIn: () => Promise<T>) => Promise<T>;

export function createSignInTries(perMinute: number, now?: () => number): SignInTries {
  const failures = createTryCounter(perMinute, 60_000, now);
  return async ({ ip, email }, signIn) => {
    const tries = [`address:${ip}`, `account:${email.trim().toLowerCase()}`];
    for (const key of tries) failures.require(key);
    try {
      return await signIn();
    } catch (error) {
      // By its code: what a web build throws need not be of this module's class.
      if ((error as { readonly code?: unknown }).code === "credentials_invalid") for (const key of tries) failures.count(key);
      throw error;
    }
  };
}
