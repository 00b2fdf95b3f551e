// A web app of one page and one probe, in the shape that the framework's build has.
import { createContext } from "react-router";

const hostContext = createContext();
export const entry = {
  module: { default: (_request, status, headers) => new Response("<p>a page</p>", { status, headers }), handleError: () => {}, hostContext },
};
const bare = { hasAction: false, hasLoader: false, hasErrorBoundary: false, module: "", imports: [], css: [] };
export const routes = {
  root: { id: "root", path: "", module: { default: () => null } },
  probe: {
    id: "probe",
    parentId: "root",
    path: "probe",
    module: {
      loader({ request, context }) {
        const host = context.get(hostContext);
        const email = new URL(request.url).searchParams.get("wrong");
        if (email !== null) {
          const refuse = () => Promise.reject(Object.assign(new Error("refused"), { code: "credentials_invalid" }));
          return host.underTryLimit(email, refuse).catch(({ code }) => Response.json({ code }));
        }
        return Response.json({
          url: request.url,
          cookie: request.headers.get("cookie"),
          publicOrigin: host.publicOrigin,
          nonce: host.nonce,
          now: host.engine.clock.now(),
        });
      },
      async action({ request }) {
        return Response.json(
          { method: request.method, form: Object.fromEntries(await request.formData()) },
          {
            headers: [
              ["Set-Cookie", "a=1"],
              ["Set-Cookie", "b=2"],
            ],
          },
        );
      },
    },
  },
};
export const assets = {
  entry: { imports: [], module: "" },
  routes: { root: { ...bare, id: "root", path: "" }, probe: { ...bare, id: "probe", parentId: "root", path: "probe", hasLoader: true, hasAction: true } },
  url: "/manifest.js",
  version: "1",
};
export const publicPath = "/";
export const assetsBuildDirectory = "build/client";
export const future = {};
export const ssr = true;
export const isSpaMode = false;
export const prerender = [];
export const routeDiscovery = { mode: "initial", manifestPath: "/__manifest" };
