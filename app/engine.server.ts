/** The one door of the web app to the engine: every loader and action comes through here with its request. */
import type { RouterContextProvider } from "react-router";
import { createDoor } from "./doors/door.server.ts";
import { hostContext } from "./host.server.ts";
import { toPage } from "./problem.server.ts";
import type { Door } from "./screens/door.ts";
import { requireScope } from "./session.server.ts";

/** The engine under the rights of whoever sent the request. Refusals become pages; faults stay faults. */
export async function openDoor(request: Request, context: Readonly<RouterContextProvider>): Promise<Door> {
  const host = context.get(hostContext);
  const scope = await requireScope(request, host);
  const door = createDoor(host.engine, scope);
  return new Proxy(door, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        try {
          return (await Reflect.apply(method, target, args)) as unknown;
        } catch (error) {
          throw toPage(error);
        }
      };
    },
  });
}
