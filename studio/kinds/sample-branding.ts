import type { JsonObject } from "#engine/schema/json.ts";

/** The look that previews are rendered in. */
export const SAMPLE_BRANDING: JsonObject = { name: "Your org", from: "Your org", color: "#4f46e5", logo: "", address: "", footer: "" };
