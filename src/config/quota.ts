/** Calls that wolkvox allows in a day for each licence. */
export const CALLS_A_LICENSE = 1000

/** The calls of a day, or `undefined` where the licences are not known. */
export function dailyLimit({ licenses }: { readonly licenses: number | undefined }): number | undefined {
  return licenses === undefined ? undefined : licenses * CALLS_A_LICENSE
}
