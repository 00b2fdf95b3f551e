/** API keys: shown once, kept as SHA-256, looked up by it. */
import type { Instant } from "../../core/step-types.ts";
import { addApiKey, findByApiKey, loadApiClient, touchApiKey } from "../../store/api-keys.ts";
import { listOrgs } from "../../store/people.ts";
import type { Tx } from "../../store/tx.ts";
import type { Principal } from "../work/scope.ts";
import { principalOfClient, SIGN_IN_SESSION } from "./principals.ts";
import { openSecrets, type SealingKey } from "./sealed.ts";
import { hashSecret, isSecret, issueSecret } from "./secret.ts";
import type { AuthContext } from "./sessions.ts";

const KEY_PREFIX = "ghk";
/** A key that was used within this time is not marked as used again. */
const TOUCH_MS = 60_000;

/** Issues a key for a client that exists. The text is shown to its holder and then forgotten. */
export async function issueApiKey(tx: Tx, clientId: string, now: Instant, expiresAt: Instant | null = null): Promise<string> {
  const secret = issueSecret(KEY_PREFIX);
  await addApiKey(tx, { hash: secret.hash, clientId, prefix: secret.prefix, createdAt: now, expiresAt });
  return secret.text;
}

export interface AuthenticatedClient {
  /** Id of the client: counter of the rate limit, source of idempotency keys. */
  readonly id: string;
  /** null: what the process grants everybody. */
  readonly ratePerMinute: number | null;
  readonly principal: Principal;
}

/** Who holds the key; null for unknown, expired and revoked ones alike. */
export async function authenticateApiKey(engine: AuthContext, key: string): Promise<AuthenticatedClient | null> {
  if (!isSecret(key, KEY_PREFIX)) return null;
  const hash = hashSecret(key);
  const now = engine.clock.now();
  return await engine.store.work(SIGN_IN_SESSION, async (tx) => {
    const [found, orgs] = await Promise.all([findByApiKey(tx, hash, now), listOrgs(tx)]);
    if (found === null) return null;
    const principal = await principalOfClient(tx, found.client, now, orgs);
    if (principal === null) return null;
    const lastUsed = found.key.lastUsedAt === null ? Number.NEGATIVE_INFINITY : Date.parse(found.key.lastUsedAt);
    if (Date.parse(now) - lastUsed >= TOUCH_MS) await touchApiKey(tx, hash, now);
    return { id: found.client.id, ratePerMinute: found.client.ratePerMinute, principal };
  });
}

export interface SigningClient extends AuthenticatedClient {
  /** All that are valid now: two while one is being rotated. */
  readonly secrets: readonly string[];
}

/** The client of a signed call with its secrets; null where there is none. */
export async function loadSigningClient(engine: AuthContext, clientId: string, sealing: SealingKey): Promise<SigningClient | null> {
  return await engine.store.work(SIGN_IN_SESSION, async (tx) => {
    const [client, orgs] = await Promise.all([loadApiClient(tx, clientId), listOrgs(tx)]);
    if (client === null || client.hmacSecret === null) return null;
    const principal = await principalOfClient(tx, client, engine.clock.now(), orgs);
    if (principal === null) return null;
    return { id: client.id, ratePerMinute: client.ratePerMinute, principal, secrets: openSecrets(sealing, client.hmacSecret) };
  });
}
