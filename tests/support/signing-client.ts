/** A contract client of one org alone, as an administrator would add it. */
import { join } from "node:path";
import { keepSealingKey } from "#engine/sealing-key-file.ts";
import { sealSecrets } from "#engine/service/auth/sealed.ts";
import { saveApiClient } from "#engine/store/api-keys.ts";
import { listOrgs } from "#engine/store/people.ts";
import type { ProductApi } from "./product-api.ts";

export async function signingClient(
  api: ProductApi,
  { id, org, secret }: { readonly id: string; readonly org: string; readonly secret: string },
): Promise<void> {
  const sealing = await keepSealingKey(join(api.dataFolder, "sealing.key"));
  const { store, clock } = api.running.engine;
  await store.work({ orgs: "system", actorId: "system" }, async (tx) => {
    const orgIds = (await listOrgs(tx)).filter(({ code }) => code === org).map((row) => row.id);
    await saveApiClient(tx, {
      id,
      name: id,
      personId: null,
      orgIds,
      permissions: ["events.write", "decisions.read"],
      hmacSecret: sealSecrets(sealing, [secret]),
      ratePerMinute: null,
      active: true,
      createdAt: clock.now(),
    });
  });
}
