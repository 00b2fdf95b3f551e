/** The one mapping from exceptions to answers. */
import { describe, expect, it } from "vitest";
import { serializeFault } from "#engine/api/logging.ts";
import { toEngineError, toProblem } from "#engine/api/problem.ts";
import { EngineError, ERRORS, type ErrorCode } from "#engine/core/errors.ts";

const codeOf = (error: unknown) => toEngineError(error).code;

describe("toProblem", () => {
  it("has the table's status, title and hint for every code", () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const problem = toProblem(new EngineError(code, "what happened"), "r1");
      expect(problem).toMatchObject({
        status: ERRORS[code].status,
        title: ERRORS[code].title,
        hint: ERRORS[code].hint,
        detail: "what happened",
        instance: "urn:request:r1",
      });
      expect(problem.type).toBe(`/problems/${problem.code}`);
    }
  });

  it("lets no extra member override a standard one", () => {
    const problem = toProblem(new EngineError("gate_blocked", "shut", { status: 200, code: "fine", type: "x", decisions: [1] }));
    expect(problem).toMatchObject({ status: 409, code: "gate_blocked", type: "/problems/gate_blocked", decisions: [1] });
  });

  it("tells a contract's reused key by the contract's word, with 409", () => {
    expect(toProblem(new EngineError("contract_key_reused", "x"))).toMatchObject({ status: 409, code: "idempotency_key_reused" });
    expect(toProblem(new EngineError("idempotency_key_reused", "x"))).toMatchObject({ status: 422, code: "idempotency_key_reused" });
  });
});

describe("toEngineError", () => {
  it.each([
    [{ code: "23505", constraint: "secret_unique", detail: "Key (email)=(a@b.c)" }, "unique_taken"],
    [{ code: "23503" }, "record_referenced"],
    [{ code: "22P05" }, "text_invalid"],
    [{ code: "40001" }, "unavailable"],
    [{ code: "40P01" }, "unavailable"],
    [{ code: "55P03" }, "unavailable"],
    [{ code: "57P01" }, "unavailable"],
    [{ code: "53300" }, "unavailable"],
    [{ code: "ECONNREFUSED" }, "unavailable"],
    [{ message: "wrapped", cause: { code: "22021" } }, "text_invalid"],
    [{ code: "FST_ERR_CTP_BODY_TOO_LARGE", statusCode: 413 }, "too_large"],
    [{ code: "FST_ERR_CTP_INVALID_MEDIA_TYPE", statusCode: 415 }, "media_type_unsupported"],
    [{ code: "FST_ERR_BAD_URL", statusCode: 400 }, "query_invalid"],
    [{ statusCode: 418 }, "query_invalid"],
    [{ code: "42P01" }, "internal"],
    [new TypeError("x is not a function"), "internal"],
    ["a thrown text", "internal"],
    [undefined, "internal"],
    [null, "internal"],
  ])("answers %j as %s", (error, code) => {
    expect(codeOf(error)).toBe(code);
  });

  it("tells nothing of what it does not know", () => {
    const problem = toProblem(toEngineError(new Error('duplicate key value violates "customers_tax_id_key"')));
    expect(JSON.stringify(problem)).not.toMatch(/duplicate|tax_id|stack/u);
  });
});

it("serializeFault keeps a log line one line and leaves database values out", () => {
  const cause = Object.assign(new Error("duplicate\r\nkey"), { code: "23505", detail: "Key (email)=(a@b.c) already exists" });
  const fault = serializeFault(new EngineError("unique_taken", "taken", {}, { cause }));
  expect(fault).toMatchObject({ name: "EngineError", code: "unique_taken", cause: { code: "23505", message: "duplicate key" } });
  expect(JSON.stringify(fault)).not.toContain("a@b.c");
});
