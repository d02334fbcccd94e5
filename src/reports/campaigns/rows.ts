import { z } from 'zod'
import type { Labels } from '../../model/family.ts'
import { readText } from '../../wolkvox/values.ts'
import type { FieldValue, RowSettings, Take } from '../report.ts'

/** One predictive campaign. */
export interface Campaign {
  readonly id: string
  /** Empty if the text has only an id. */
  readonly name: string
  /** The skill whose agents get its calls; empty if there is none. */
  readonly skillId: string
}

// The id, which ends before a space, a dash or other punctuation. 50% and 1.5 are numbers in a name.
const ID = /^\d+(?=[\s\p{P}\u2212|]|$)(?!%|[.,]\d)/u

// One of them separates the id and the name. An opening bracket is part of the name.
const SEPARATOR = /^[\p{Pd}\u2212_:.,;/|]/u

/**
 * Splits `32841 - Name - Strategy (..)`, with any separator. The strategy stays part of the name: a name can have dashes, too.
 * Without digits at its beginning, the whole text is the id and the name.
 */
function splitCampaign(text: string): { readonly id: string; readonly name: string } {
  const [id] = ID.exec(text) ?? []
  if (id === undefined) return { id: text, name: text }
  return { id, name: text.slice(id.length).trimStart().replace(SEPARATOR, '').trimStart() }
}

/** @returns the leading digits of `campaign`, or the whole text; `undefined` if the record has no readable one */
export function campaignKeyOf(value: FieldValue): string | undefined {
  const text = readText(value('campaign'))
  return typeof text === 'string' ? splitCampaign(text).id : undefined
}

export function createCampaignReader(_settings: RowSettings) {
  return (id: string, _value: FieldValue, take: Take): Campaign => ({
    id,
    name: splitCampaign(take('campaign', readText) ?? '').name,
    skillId: take('skill_id', readText) ?? '',
  })
}

/** The labels that identify a campaign. */
export function campaignLabelsOf({ id, name }: Campaign): Labels {
  return { campaign_id: id, campaign_name: name }
}

/** A campaign as an earlier process has stored it. */
export const storedCampaign: z.ZodType<Campaign> = z.object({
  id: z.string().min(1),
  name: z.string(),
  skillId: z.string(),
})
