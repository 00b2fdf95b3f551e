import { describe, expect, it } from "vitest";
import { createInstanceMemory, type Remembered } from "#engine/service/work/instance-memory.ts";

const ORG = "org-1";
const left = (id: string, seq: number, version = 1): Remembered => ({
  instance: {
    ...{ orgId: ORG, id, machine: "a.b", machineVersion: "v", key: `b:${id}`, recordType: "things", recordId: `r-${id}`, state: "on", status: "active", seq },
    ...{ snapshot: { value: "on", status: "active" } as never, release: 1, lastHash: "00", createdAt: "", updatedAt: "" },
  },
  record: { id: `r-${id}`, type: "things", org: "ONE", code: null, version, data: { longer: 1, a: [{ bb: 1, c: 2 }] } },
  ...{ activationEpoch: 3, settingsEpoch: 4 },
});

describe("the memory of instances", () => {
  it("gives what was left, each time anew, with members in the order of the database", () => {
    const memory = createInstanceMemory();
    memory.keep(left("one", 2));
    const recalled = memory.recall(ORG, "one");
    expect(recalled).toMatchObject({ instance: { seq: 2, state: "on" }, activationEpoch: 3, settingsEpoch: 4, inbox: null });
    expect(JSON.stringify(recalled?.record?.data)).toBe('{"a":[{"c":2,"bb":1}],"longer":1}');
    expect(memory.recall(ORG, "one")?.record?.data).not.toBe(recalled?.record?.data);
    expect([memory.recall("org-2", "one"), memory.recall(ORG, "two")]).toEqual([null, null]);
  });

  it("forgets by the instance's id and by its record's", () => {
    const memory = createInstanceMemory();
    for (const id of ["one", "two"]) memory.keep(left(id, 2));
    memory.forget("one");
    memory.forget("r-two");
    memory.forget("r-three");
    expect([memory.recall(ORG, "one"), memory.recall(ORG, "two")]).toEqual([null, null]);
  });

  it("does not trust what others move, until nobody did between two events", () => {
    const memory = createInstanceMemory();
    const found = (seq: number, version = 1) => memory.found({ ...left("one", seq, version), inbox: null });
    const isTrusted = () => memory.recall(ORG, "one") !== null;
    found(2);
    memory.keep(left("one", 2));
    expect(isTrusted()).toBe(true);
    found(3);
    expect(isTrusted()).toBe(false);
    memory.keep(left("one", 4));
    expect(isTrusted(), "left in turn with others").toBe(false);
    found(4, 2);
    memory.keep(left("one", 5, 2));
    expect(isTrusted(), "its record was changed").toBe(false);
    found(5, 2);
    memory.keep(left("one", 6, 2));
    expect(memory.recall(ORG, "one")?.instance?.seq).toBe(6);
  });

  it("holds so many characters, and lets go of the longest unused", () => {
    const memory = createInstanceMemory(5_000);
    for (let n = 0; n < 50; n++) {
      memory.keep(left(`i${n}`, 2));
      memory.keep(left("used", 2 + n));
    }
    const known = ["used", ...Array.from({ length: 50 }, (_, n) => `i${n}`)].filter((id) => memory.recall(ORG, id) !== null);
    expect(known[0]).toBe("used");
    expect(known.at(-1)).toBe("i49");
    expect(known.length).toBeGreaterThan(2);
    expect(known.length).toBeLessThan(8);
  });
});
