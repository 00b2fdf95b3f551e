/** Which requests of a form's address are the API's, and which the web app's. */
import { expect, it } from "vitest";
import { wantsJson } from "#engine/api/wants-json.ts";

const asked = (method: string, url: string, headers: Record<string, string> = {}) => wantsJson({ method, url, headers });

it.each([
  ["a program reads", "GET", "/some-form/TOKEN", { accept: "application/json" }, true],
  ["a person opens it", "GET", "/some-form/TOKEN", { accept: "text/html" }, false],
  ["a program posts without saying what it takes", "POST", "/some-form/TOKEN", { "content-type": "application/json" }, true],
  ["a page sends its form", "POST", "/some-form/TOKEN", { "content-type": "application/x-www-form-urlencoded" }, false],
  ["a page asks its own server", "POST", "/ui/preview", { "content-type": "application/json" }, false],
  ["a page asks its own server and wants JSON", "POST", "/ui/act", { "content-type": "application/json", accept: "application/json" }, false],
  ["a page's data request", "POST", "/work/1.data?_routes=x", { "content-type": "application/json" }, false],
] as const)("%s", (_what, method, url, headers, expected) => {
  expect(asked(method, url, headers)).toBe(expected);
});
