/** Signing in with e-mail and password. Unknown people, wrong passwords and disabled accounts get one answer, as slowly. */
import { EngineError } from "../../core/errors.ts";
import { loadApiClient } from "../../store/api-keys.ts";
import { appendAudit } from "../../store/audit.ts";
import { findPersonByEmail, savePerson } from "../../store/people.ts";
import type { Principal } from "../work/scope.ts";
import { verifyPassword } from "./password.ts";
import { principalOfPerson, SIGN_IN_SESSION } from "./principals.ts";
import { type AuthContext, type OpenedSession, openSession, type SessionOrigin } from "./sessions.ts";
import { verifyTotp } from "./totp.ts";

export interface LoginInput extends SessionOrigin {
  readonly email: string;
  readonly password: string;
  /** Six digits, for people who have set up a second factor. */
  readonly totp?: string;
}

/**
 * Opens a session.
 *
 * - throws EngineError `credentials_invalid`, also for a missing or wrong second factor (`totp: true` in its data)
 * - throws EngineError `no_ui_for_api_client` where the name is that of an API client
 */
export async function login(engine: AuthContext, input: LoginInput): Promise<{ readonly session: OpenedSession; readonly principal: Principal }> {
  const now = engine.clock.now();
  const email = input.email.trim();
  const { person, client } = await engine.store.work(SIGN_IN_SESSION, async (tx) => {
    const found = await findPersonByEmail(tx, email);
    return { person: found, client: found === null ? await loadApiClient(tx, email) : null };
  });
  const fits = await verifyPassword(person?.passwordHash ?? null, input.password);
  if (client !== null && client.personId === null) throw new EngineError("no_ui_for_api_client", "This is an API client; it has keys, not screens.");
  if (person === null || !fits || person.status !== "active") throw refused();
  if (person.totpSecret !== null && !verifyTotp(person.totpSecret, input.totp ?? "", Date.parse(now))) {
    throw new EngineError("credentials_invalid", "The code of the second factor is missing or not right.", { totp: true });
  }
  return await engine.store.work(SIGN_IN_SESSION, async (tx) => {
    const principal = await principalOfPerson(tx, person, now);
    if (principal === null) throw refused();
    const { createdAt: _createdAt, updatedAt: _updatedAt, ...row } = person;
    await savePerson(tx, { ...row, lastLoginAt: now }, now);
    const session = await openSession(tx, person.id, now, input);
    await appendAudit(tx, [{ orgId: null, at: now, actorId: person.id, action: "signed_in", subject: { type: "person", id: person.id }, detail: {} }]);
    return { session, principal };
  });
}

function refused(): EngineError {
  return new EngineError("credentials_invalid", "No active account has this e-mail and password.");
}
