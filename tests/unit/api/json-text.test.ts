import { describe, expect, it } from "vitest";
import { decodeUtf8, parseJson } from "#engine/api/json-text.ts";
import { EngineError } from "#engine/core/errors.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return "none";
}

describe("parseJson", () => {
  it("gives what JSON.parse gives for ordinary text", () => {
    const text = '{"a":[1,-2.5e3,true,null,"x\\u00e9\\n"],"b":{"c":"\\"quoted\\"","":0}, "d" : {} }';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it("takes the same name in different objects", () => {
    expect(parseJson('[{"a":1},{"a":2}]')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it.each([
    ["depth beyond 32", `${"[".repeat(33)}${"]".repeat(33)}`, "body_too_deep"],
    ["depth of 100,000", "[".repeat(100_000), "body_too_deep"],
    ["more than 50,000 values", `[${"0,".repeat(50_000)}0]`, "body_too_deep"],
    ["a NUL in a string", '{"a":"\\u0000"}', "text_invalid"],
    ["a NUL in a name", '{"\\u0000":1}', "text_invalid"],
    ["a lone surrogate", '["\\ud800"]', "text_invalid"],
    ["__proto__", '{"__proto__":{"admin":true}}', "body_not_json"],
    ["__proto__ in escapes", '{"\\u005f_proto__":{}}', "body_not_json"],
    ["a name given twice", '{"a":1,"a":2}', "body_not_json"],
    ["a name given twice, once escaped", '{"a":1,"\\u0061":2}', "body_not_json"],
    ["a number beyond a double", '{"a":1e400}', "body_not_json"],
    ["half an object", '{"a":', "body_not_json"],
    ["an open string", '{"a":"', "body_not_json"],
    ["a trailing comma", "[1,]", "body_not_json"],
    ["nothing", "", "body_not_json"],
    ["NaN", "[NaN]", "body_not_json"],
  ])("refuses %s", (_name, text, code) => {
    expect(codeOf(() => parseJson(text))).toBe(code);
  });

  it("keeps depth 32 and pairs of surrogates", () => {
    expect(codeOf(() => parseJson(`${"[".repeat(32)}${"]".repeat(32)}`))).toBe("none");
    expect(parseJson('"\\ud83d\\ude00"')).toBe("😀");
  });

  it("does not repeat the body in its message", () => {
    const error = (() => {
      try {
        return parseJson('{"secret": hunter2}');
      } catch (caught) {
        return caught as EngineError;
      }
    })() as EngineError;
    expect(error.message).not.toContain("hunter2");
  });
});

it("decodeUtf8 refuses what is not UTF-8", () => {
  expect(codeOf(() => decodeUtf8(Buffer.from([0x22, 0xff, 0x22])))).toBe("text_invalid");
});
