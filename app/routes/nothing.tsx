import { data } from "react-router";

/** Every address that no page has, inside the shell. */
export function loader() {
  throw data({ title: "There is nothing here", hint: "Check the address; what you may not see looks the same.", code: "not_found" }, { status: 404 });
}

export default function Nothing() {
  return null;
}
