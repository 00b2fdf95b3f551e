/** Records, settings, files, exports and search over HTTP. */
import { describe, expect, it } from "vitest";
import { openDesk, type Person } from "./desk.ts";

const desk = await openDesk();
const NOTES = "/api/v1/records/notes";

describe("records", () => {
  it("are created, read by id and code, changed under their etag, and remembered", async () => {
    const created = await desk.call("writer", "POST", NOTES, { title: "One", words: 5, score: "1.50", ref: "r-1" });
    expect(created.status).toBe(201);
    expect(created.headers["etag"]).toBe(`"${created.body.etag.replaceAll('"', "")}"`);
    expect(created.body).toMatchObject({ type: "notes", org: "ONE", data: { title: "One", words: 5, score: "1.50" } });
    const { id, code, etag } = created.body;
    expect((await desk.call("writer", "GET", `${NOTES}/${code}`)).body.id).toBe(id);
    const changed = await desk.call("writer", "PATCH", `${NOTES}/${id}`, { words: 6 }, { "if-match": etag });
    expect(changed.body.data).toMatchObject({ title: "One", words: 6 });
    const late = await desk.call("writer", "PATCH", `${NOTES}/${id}`, { words: 7 }, { "if-match": etag });
    expect(late).toMatchObject({ status: 412, body: { code: "record_changed", etag: changed.body.etag } });
    const versions = await desk.call("writer", "GET", `${NOTES}/${id}/versions`);
    expect(versions.body.items.map((version: { data: { words: number } }) => version.data.words)).toEqual([6, 5]);
    expect((await desk.call("writer", "DELETE", `${NOTES}/${id}`)).status).toBe(204);
    expect((await desk.call("writer", "GET", `${NOTES}/${id}`)).body.code).toBe("record_not_found");
  });

  it("are created once per Idempotency-Key", async () => {
    const key = { "idempotency-key": "create-1" };
    const first = await desk.call("writer", "POST", NOTES, { title: "Keyed" }, key);
    const again = await desk.call("writer", "POST", NOTES, { title: "Keyed" }, key);
    expect(again.text).toBe(first.text);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect((await desk.call("writer", "POST", NOTES, { title: "Other" }, key)).body.code).toBe("idempotency_key_reused");
  });

  it("are refused by schema, uniqueness and right", async () => {
    expect((await desk.call("writer", "POST", NOTES, { words: 1 })).body.code).toBe("payload_invalid");
    expect((await desk.call("writer", "POST", NOTES, { title: "x", nonsense: 1 })).body.code).toBe("payload_invalid");
    await desk.call("writer", "POST", NOTES, { title: "x", ref: "same" });
    const taken = await desk.call("writer", "POST", NOTES, { title: "y", ref: "same" });
    expect(taken).toMatchObject({ status: 409, body: { code: "unique_taken" } });
    expect((await desk.call("publisher", "POST", NOTES, { title: "x" })).status).toBeGreaterThanOrEqual(403);
    expect((await desk.call("far", "POST", NOTES, { title: "y", ref: "same" })).status).toBe(201);
  });

  it("are listed by filter and page, and exported as CSV", async () => {
    for (const words of [100, 200, 300]) await desk.call("writer", "POST", NOTES, { title: `=cmd ${words}`, words });
    const filter = encodeURIComponent(JSON.stringify({ words: { $gte: 100 } }));
    const page = await desk.call("writer", "GET", `${NOTES}?filter=${filter}&limit=2&sort=-words`);
    expect(page.body.items.map((item: { data: { words: number } }) => item.data.words)).toEqual([300, 200]);
    const rest = await desk.call("writer", "GET", `${NOTES}?filter=${filter}&limit=2&sort=-words&cursor=${encodeURIComponent(page.body.next)}`);
    expect(rest.body).toMatchObject({ items: [{ data: { words: 100 } }], next: null });
    const csv = await desk.call("writer", "GET", `${NOTES}/export?filter=${filter}`);
    expect(csv.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(csv.headers["content-disposition"]).toContain("notes.csv");
    expect(csv.text.split("\r\n").filter((line) => line !== "")).toHaveLength(4);
    expect(csv.text).toContain("'=cmd 100");
    expect((await desk.call("far", "GET", `${NOTES}?filter=${filter}`)).body.items).toEqual([]);
  });

  it("are found by text, only by those who may see them", async () => {
    await desk.call("writer", "POST", NOTES, { title: "Zanzibar report" });
    expect((await desk.call("writer", "GET", "/api/v1/search?q=zanzibar")).body.items).toMatchObject([{ type: "notes", title: "Zanzibar report" }]);
    expect((await desk.call("far", "GET", "/api/v1/search?q=zanzibar")).body.items).toEqual([]);
  });
});

describe("settings", () => {
  it("are the org's own over the defaults, and count at once", async () => {
    const get = () => desk.call("lead", "GET", "/api/v1/settings/desk-settings");
    expect((await get()).body.values).toEqual({ least_words: 10 });
    const note = await desk.call("writer", "POST", "/api/v1/instances", {
      machine: "note",
      event: { type: "note.create", payload: { title: "Short", words: 5 } },
    });
    const submit = () => desk.call("writer", "POST", `/api/v1/instances/${note.body.id}/events`, { type: "note.submit" });
    expect((await submit()).body.code).toBe("gate_blocked");
    expect((await desk.call("writer", "PATCH", "/api/v1/settings/desk-settings", { least_words: 3 })).body.code).toBe("permission_denied");
    expect((await desk.call("lead", "PATCH", "/api/v1/settings/desk-settings", { least_words: "few" })).body.code).toBe("payload_invalid");
    expect((await desk.call("lead", "PATCH", "/api/v1/settings/desk-settings", { least_words: 3 })).body.values).toEqual({ least_words: 3 });
    expect((await submit()).status).toBe(200);
    expect((await desk.call("far", "GET", "/api/v1/settings/desk-settings")).body.values).toEqual({ least_words: 10 });
  });

  it("are read by those who may set them or see definitions; for others they are not there", async () => {
    const get = async (person: Person, path: string) => {
      const { status, body } = await desk.call(person, "GET", `/api/v1/settings${path}`);
      return [status, status === 200 ? (body.values ?? body.items.map(({ key }: { key: string }) => key)) : `${body.code}: ${body.detail}`];
    };
    expect(await get("publisher", "")).toEqual([200, ["desk.desk-settings"]]);
    expect(await get("publisher", "/desk-settings")).toEqual([200, { least_words: 3 }]);
    expect(await get("writer", "")).toEqual([200, []]);
    const [unknown, hidden] = [await get("writer", "/none"), await get("writer", "/desk-settings")];
    expect(unknown).toEqual([404, 'definition_not_found: There are no settings "none".']);
    expect(hidden).toEqual([404, 'definition_not_found: There are no settings "desk-settings".']);
  });
});

describe("files", () => {
  const upload = (query: string, payload: Buffer, type = "text/html") =>
    desk.app.inject({ method: "POST", url: `/api/v1/files${query}`, headers: { authorization: `Bearer ${desk.keys.lead}`, "content-type": type }, payload });

  it("come back as they went, as a download that runs nothing", async () => {
    const bytes = Buffer.from("<script>alert(1)</script>\u0000");
    const saved = await upload(`?name=${encodeURIComponent('ü "x".html')}`, bytes);
    expect(saved.statusCode).toBe(201);
    expect(saved.json()).toMatchObject({ name: 'ü "x".html', size: bytes.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) });
    const url = `/api/v1/files/${saved.json().id}`;
    const loaded = await desk.app.inject({ method: "GET", url, headers: { authorization: `Bearer ${desk.keys.lead}` } });
    expect(loaded.rawPayload.equals(bytes)).toBe(true);
    expect(loaded.headers["content-disposition"]).toBe(`attachment; filename="_ _x_.html"; filename*=UTF-8''%C3%BC%20%22x%22.html`);
    expect(loaded.headers["content-security-policy"]).toBe("default-src 'none'; sandbox");
    expect((await desk.call("far", "GET", url)).status).toBe(404);
  });

  it("need a name, a body, and no more than 25 MiB", async () => {
    expect((await upload("", Buffer.from("x"))).json().code).toBe("query_invalid");
    expect((await upload("?name=a", Buffer.alloc(0))).json().code).toBe("payload_invalid");
    expect((await upload("?name=a%00b", Buffer.from("x"))).json().code).toBe("text_invalid");
    expect((await upload("?name=a", Buffer.alloc(25 * 1024 * 1024 + 1))).json()).toMatchObject({ code: "too_large", limit: 25 * 1024 * 1024 });
  });
});
