/** What the OpenAPI document says of answers is what is answered: an integrator makes a client of it. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "#tests/support/order-acts.ts";
import { type Answer, EVENTS, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let ajv: Ajv2020;
beforeAll(async () => {
  api = await productApi();
  const document = (await api.as("super").get("/../openapi.json")).body;
  ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, "served");
});

const pointer = (part: string) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

/** Fails where the document has no such answer of the operation, or another shape for it. */
function expectDeclared(operation: string, answer: Answer, status: number): Answer {
  expect(answer.status, `${operation}: ${answer.text.slice(0, 500)}`).toBe(status);
  const [method = "", path = ""] = operation.split(" ");
  const type = String(answer.headers["content-type"]).split(";")[0] as string;
  const place = ["paths", path, method.toLowerCase(), "responses", String(status), "content", type, "schema"].map(pointer).join("/");
  const validate = ajv.compile({ $ref: `served#/${place}` });
  expect(validate(answer.body), `${operation} ${status}: ${ajv.errorsText(validate.errors)}`).toBe(true);
  return answer;
}

describe("[WMS-82][WMS-32] answers", () => {
  it("of a contract's events are as the document says, refusals with the contract's own codes too", async () => {
    const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "640" }] });
    const code = codeOf(orders[0] as string);
    const input = (line: number) => ({
      id: `${code}.1`,
      subject: { type: "purchase_order", ref: code },
      sequence: 1,
      data: { lines: [{ line_no: line, lots: [{ lot: "A", roll: `${code}-1`, meters: "640" }] }] },
    });
    const sent = async (status: number, line: number) =>
      expectDeclared("POST /api/v1/contracts/{contract}/events", await api.wms("warehouse.confirmed", input(line)), status).body;
    const refused = await sent(422, 9);
    expect(refused).toMatchObject({ code: "unknown_line", blockers: ["UNKNOWN_LINE", "LINE_NOT_REPORTED"] });
    // The sentence that a person of the warehouse reads says what is wrong, not only that something is.
    expect(refused.detail).toContain("The order has the lines 1, not 9");
    expect(await sent(202, 1)).toMatchObject({ result: "accepted", instances: [{ record: code }] });
    expect(await sent(200, 1)).toMatchObject({ result: "duplicate" });
    expect(await sent(409, 2)).toMatchObject({ code: "idempotency_key_reused" });
    const stranger = { ...api.envelope("warehouse.confirmed", { ...input(1), id: "X.1" }), org_code: "ZZZ" };
    expectDeclared("POST /api/v1/contracts/{contract}/events", await api.signed(EVENTS, JSON.stringify(stranger)), 404);
    const history = await api.as("manager.jtr").get(`/instances/${orders[0]}/history`);
    expectDeclared("GET /api/v1/instances/{id}/history", history, 200);
  });

  it("of a draft, its checks, its release and a replay of it are as the document says", async () => {
    const designer = api.as("designer", { org: "JTR" });
    const draft = expectDeclared("POST /api/v1/drafts", await designer.post("/drafts", { name: "Declared" }), 201).body.id;
    const { content } = (await designer.get("/definitions/table/payment-required")).body;
    const place = `/drafts/${draft}/definitions/table/payment-required`;
    const rows = content.rows.filter(({ id }: { id: string }) => id !== "3");
    const put = "PUT /api/v1/drafts/{id}/definitions/{kind}/{key}";
    expectDeclared(put, await designer.put(place, { ...content, rows }), 200);
    const check = async () => expectDeclared("POST /api/v1/drafts/{id}/check", await designer.post(`/drafts/${draft}/check`), 200).body;
    expect(await check()).toMatchObject({ ok: false });
    expectDeclared("POST /api/v1/releases", await designer.post("/releases", { draft, note: "Fails" }), 422);
    expectDeclared(put, await designer.put(place, { ...content, title: "Declared" }), 200);
    expect(await check()).toMatchObject({ ok: true });
    const release = expectDeclared("POST /api/v1/releases", await designer.post("/releases", { draft, note: "Declared" }), 201).body.number;
    const admin = api.as("admin.jtr");
    expectDeclared("POST /api/v1/releases/{number}/approve", await admin.post(`/releases/${release}/approve`, {}), 200);
    expectDeclared("GET /api/v1/releases/{number}", await admin.get(`/releases/${release}`), 200);
    expectDeclared("GET /api/v1/releases", await admin.get("/releases"), 200);
    expectDeclared("GET /api/v1/releases/{a}/diff/{b}", await admin.get(`/releases/1/diff/${release}`), 200);
    expectDeclared("POST /api/v1/activations", await admin.post("/activations", { release, note: "Declared" }), 201);
    const qa = api.as("qa", { org: "JTR" });
    const { id } = expectDeclared("POST /api/v1/replays", await qa.post("/replays", { against: { release }, missingFacts: "unknown" }), 202).body;
    while (["queued", "running"].includes((await qa.get(`/replays/${id}`)).body.status)) await api.drain();
    expectDeclared("GET /api/v1/replays/{id}", await qa.get(`/replays/${id}`), 200);
    expectDeclared("GET /api/v1/replays/{id}/diffs", await qa.get(`/replays/${id}/diffs`), 200);
  });
});
