/** What changes is told to those who listen, org by org, and a closing server lets them go. */
import { expect, it } from "vitest";
import { openDesk } from "./desk.ts";

const desk = await openDesk();

it("tells a listener what changed in its org only, and ends when the server closes", async () => {
  const address = await desk.app.listen({ port: 0, host: "127.0.0.1" });
  const listen = (who: "writer" | "far") => fetch(`${address}/api/v1/stream`, { headers: { authorization: `Bearer ${desk.keys[who]}` } });
  const [near, far] = await Promise.all([listen("writer"), listen("far")]);
  expect(near.headers.get("content-type")).toMatch(/^text\/event-stream/u);
  expect(near.headers.get("cache-control")).toBe("no-store");
  const texts = { near: near.text(), far: far.text() };
  await new Promise((resolve) => setTimeout(resolve, 100));
  const note = await desk.call("writer", "POST", "/api/v1/instances", { machine: "note", event: { type: "note.create", payload: { title: "Heard" } } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await desk.app.close();
  const heard = await texts.near;
  expect(heard).toContain('event: ready\ndata: {"orgs":["ONE"]}');
  expect(heard).toContain(`event: instance`);
  expect(heard).toContain(note.body.id);
  expect(await texts.far).not.toContain(note.body.id);
});
