/** A number of entries, `50+` where there are more. */
export const counted = (count: number, more: boolean): string => `${count}${more ? "+" : ""}`;
