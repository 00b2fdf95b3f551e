import { redirect } from "react-router";

/** The first page is the inbox. */
export const loader = () => redirect("/work");
