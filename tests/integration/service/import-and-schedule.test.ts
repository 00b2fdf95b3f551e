/** Files that become records, and mails that go by the calendar. */
import { deflateRawSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { sendDueMails } from "#engine/service/delivery/send-due-mails.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import { importRecords } from "#engine/service/import/import-records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { listMails } from "#engine/service/queries/mails.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { type LendingWorld, lendingWorld } from "#tests/support/lending-world.ts";

let world: LendingWorld;
beforeAll(async () => {
  world = await lendingWorld();
});

const csv = (text: string) => new TextEncoder().encode(text);
const count = async () => (await listRecords(world.engine, world.as("chief"), { type: "members", limit: 200 })).items.length;

describe("import", () => {
  it("tells row by row in a dry run and writes nothing", async () => {
    const bytes = csv('name,email,quota\r\n"Ada, the first",ada@reader.example,5\r\nBea,,2\r\n');
    const { body } = await importRecords(world.engine, world.as("chief"), { type: "members", format: "csv", bytes, dryRun: true });
    expect(body).toMatchObject({
      total: 2,
      created: 1,
      failed: 1,
      rows: [
        { row: 2, result: "created" },
        { row: 3, result: "failed" },
      ],
    });
    expect(await count()).toBe(0);
  });
  it("writes all or nothing, or the good rows", async () => {
    const bytes = csv("name;email;quota\nAda;ada@reader.example;5\nBea;bea@reader.example;many\n");
    const input = { type: "members", format: "csv" as const, bytes };
    await expect(importRecords(world.engine, world.as("chief"), { ...input, atomic: true })).rejects.toMatchObject({
      code: "import_invalid",
      data: { errors: [{ path: "/3/quota" }] },
    });
    expect(await count()).toBe(0);
    expect((await importRecords(world.engine, world.as("chief"), input)).body).toMatchObject({ created: 1, failed: 1 });
    expect(await count()).toBe(1);
  });
  it("refuses unknown columns and people without the right", async () => {
    const unknown = { type: "members", format: "csv" as const, bytes: csv("name,shoe_size\nAda,39\n") };
    await expect(importRecords(world.engine, world.as("chief"), unknown)).rejects.toMatchObject({
      code: "import_invalid",
      data: { errors: [{ path: "/1/shoe_size" }] },
    });
    await expect(importRecords(world.engine, world.as("clerk"), { ...unknown, type: "slips" })).rejects.toMatchObject({ code: "method_not_allowed" });
  });
  it("reads XLSX: shared strings, numbers, empty cells", async () => {
    const bytes = workbook(
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>quota</t></is></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="inlineStr"><is><t>cleo@reader.example</t></is></c><c r="C2"><v>7</v></c></row>',
      ["name", "email", "Cl&amp;eo"],
    );
    const { body } = await importRecords(world.engine, world.as("chief"), { type: "members", format: "xlsx", bytes, atomic: true });
    expect(body).toMatchObject({ created: 1, failed: 0 });
    expect((await listRecords(world.engine, world.as("chief"), { type: "members", filter: { email: "cleo@reader.example" } })).items[0]?.data).toMatchObject({
      name: "Cl&eo",
      quota: 7,
    });
    await expect(importRecords(world.engine, world.as("chief"), { type: "members", format: "xlsx", bytes: csv("no zip") })).rejects.toMatchObject({
      code: "import_invalid",
    });
  });
});

describe("scheduled mails", () => {
  it("go once per run, not when there is nothing to tell, and a missed run is made up once", async () => {
    const digests = async () => (await listMails(world.engine, world.as("chief"), { type: "asked-digest" })).items;
    world.setNow("2026-02-02T06:10:00.000Z");
    expect(await sendDueMails(world.engine)).toBe(0);
    const member = (await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Dan", email: "dan@reader.example" } })).body.id;
    const event = { type: "loan.open", payload: { member_id: member, title: "Atlas", copies: 1 } };
    const loan = (await startInstance(world.engine, world.as("clerk"), { machine: "loan", event })).body;
    await sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.ask" });
    world.setNow("2026-02-04T09:00:00.000Z");
    expect([await sendDueMails(world.engine), await sendDueMails(world.engine)]).toEqual([1, 0]);
    expect(await digests()).toMatchObject([{ key: expect.stringContaining("ONE-2026-02-04"), state: "queued", text: "Atlas " }]);
    world.setNow("2026-02-05T05:30:00.000Z");
    expect(await sendDueMails(world.engine)).toBe(1);
  });
});

/** A workbook of one sheet: the parts that a reader needs, deflated, in a zip. */
function workbook(rows: string, strings: readonly string[]): Uint8Array {
  const parts = [
    ["xl/worksheets/sheet1.xml", `<worksheet><sheetData>${rows}</sheetData></worksheet>`],
    ["xl/sharedStrings.xml", `<sst>${strings.map((text) => `<si><t>${text}</t></si>`).join("")}</sst>`],
  ] as const;
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, xml] of parts) {
    const packed = deflateRawSync(Buffer.from(xml));
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(xml.length, 22);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(xml.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(head, Buffer.from(name), packed);
    central.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
