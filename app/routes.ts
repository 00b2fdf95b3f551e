import { index, layout, type RouteConfig, route } from "@react-router/dev/routes";

export default [
  route("login", "routes/session/login.tsx"),
  route("session/end", "routes/session/end.ts"),
  route("session/org", "routes/session/org.ts"),
  route("problems/:code", "routes/problem.tsx"),
  route("ui/search", "routes/ui/search.ts"),
  route("ui/pick/:type", "routes/ui/pick.ts"),
  route("ui/preview", "routes/ui/preview.ts"),
  route("ui/act", "routes/ui/act.ts"),
  layout("routes/shell.tsx", [
    index("routes/home.ts"),
    route("work", "routes/work/inbox.tsx"),
    route("work/:instance", "routes/work/guided.tsx"),
    route("records/:type/:id", "routes/records/record.tsx"),
    route("operations", "routes/operations/operations.tsx"),
    route(":slug", "routes/views/view.tsx"),
    route(":slug/:page/:code", "routes/views/detail.tsx"),
    route("*", "routes/nothing.tsx"),
  ]),
] satisfies RouteConfig;
