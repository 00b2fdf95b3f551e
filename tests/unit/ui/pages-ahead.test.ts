import { expect, it } from "vitest";
import { filesAhead } from "#app/shell/pages-ahead.ts";

it("the modules of acts and pages read ahead, but of no page that is closed to the person", () => {
  const routes = {
    "routes/session/login": { module: "/login.js" },
    "routes/session/org": { module: "/org.js", imports: [] },
    "routes/public-form/form": { module: "/form.js" },
    "routes/work/guided": { module: "/guided.js", imports: ["/shared.js"], css: ["/guided.css"] },
    "routes/studio/library": { module: "/library.js", imports: ["/shared.js", "/canvas.js"], css: ["/studio.css"] },
  };
  const hrefs = (may: Readonly<Record<string, boolean>>) => filesAhead(routes, may).map(({ href }) => href);
  expect(hrefs({ studio: false })).toEqual(["/org.js", "/guided.js", "/shared.js", "/guided.css"]);
  expect(hrefs({ studio: true })).toEqual(["/org.js", "/guided.js", "/shared.js", "/library.js", "/canvas.js", "/guided.css", "/studio.css"]);
});
