/** Records of all orgs that each org sees only once it has to do with them: what another org has of them is told by no refusal (WMS-01, G-43). */
import { beforeAll, describe, expect, it } from "vitest";
import { type ProductApi, productApi } from "#tests/support/product-api.ts";

let api: ProductApi;

beforeAll(async () => {
  api = await productApi();
}, 120_000);

const jtr = () => api.as("pricing.jtr");
const mod = () => api.as("admin.mod");

describe("a quality that another org uses already", () => {
  it("[WMS-01][WMS-22] is made anew as one that nobody has, and is the same for both: its maker sees it from then on, the other org's stays", async () => {
    const kapok = await jtr().post("/records/qualities", { code: "KAPOK-06", name: "Kapok", width_cm: "140" });
    expect(kapok.status, kapok.text).toBe(201);
    expect((await mod().get("/records/qualities/KAPOK-06")).status).toBe(404);

    const again = await mod().post("/records/qualities", { code: "KAPOK-06", name: "Other name" });
    const fresh = await mod().post("/records/qualities", { code: "NETTLE-05", name: "Nettle" });
    expect([again.status, fresh.status], again.text).toEqual([201, 201]);
    expect(Object.keys(again.body)).toEqual(Object.keys(fresh.body));
    expect([again.body.id, again.body.data]).toEqual([kapok.body.id, kapok.body.data]);
    expect((await mod().get("/records/qualities/KAPOK-06")).body.data.name).toBe("Kapok");
    expect((await jtr().get("/records/qualities/KAPOK-06")).body).toEqual(kapok.body);
    const payload = { quality_code: "KAPOK-06", list_price: "3.00", currency: "USD" };
    expect((await mod().post("/instances", { machine: "quality-price", event: { type: "price.set", payload } })).status).toBe(201);
  });

  it("[WMS-01][WMS-22] is made by both in the same moment as one that nobody else makes", async () => {
    for (let n = 0; n < 12; n++) {
      const made = await Promise.all([jtr(), mod()].map((as) => as.post("/records/qualities", { code: `TWIN-${n}`, name: "Twin" })));
      expect(
        made.map(({ status }) => status),
        made.map(({ text }) => text).join("\n"),
      ).toEqual([201, 201]);
      expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    }
  });

  it("[WMS-22] is taken for who has seen it: the refusal names their own field", async () => {
    const taken = await mod().post("/records/qualities", { code: "KAPOK-06", name: "Once more" });
    expect([taken.status, taken.body.code, taken.body.fields], taken.text).toEqual([409, "unique_taken", ["code"]]);
  });

  it("[WMS-01][WMS-39] is imported as one that nobody has, and taking the import back takes back the sight of it alone", async () => {
    const ramie = await jtr().post("/records/qualities", { code: "RAMIE-11", name: "Ramie" });
    expect(ramie.status, ramie.text).toBe(201);
    const csv = "code,name\r\nRAMIE-11,Other\r\nSISAL-12,Sisal\r\n";
    const trial = await mod().upload("/records/qualities/import?dryRun=true", "text/csv", csv);
    expect([trial.body.created, trial.body.unchanged, trial.body.failed], trial.text).toEqual([2, 0, 0]);
    expect(trial.text).not.toContain(ramie.body.id);
    expect((await mod().get("/records/qualities/RAMIE-11")).status).toBe(404);
    const file = await mod().upload("/records/qualities/import?atomic=true", "text/csv", csv);
    expect([file.body.created, file.body.failed], file.text).toEqual([2, 0]);
    expect((await mod().get("/records/qualities/RAMIE-11")).body.data).toEqual(ramie.body.data);

    const back = await mod().post(`/imports/${file.body.import}/rollback`, { reason: "The wrong file" });
    expect(back.status, back.text).toBe(200);
    const seen = await Promise.all(["RAMIE-11", "SISAL-12"].map(async (code) => (await mod().get(`/records/qualities/${code}`)).status));
    expect(seen).toEqual([404, 404]);
    expect((await jtr().get("/records/qualities/RAMIE-11")).body).toEqual(ramie.body);
    expect((await jtr().post("/records/qualities", { code: "SISAL-12", name: "Sisal" })).status).toBe(201);
  });
});
