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

// `32841 - Name - Strategy (..)`. The strategy stays part of the name: a name can have dashes, too.
const ID_AND_NAME = /^(\d+)\s*-\s*(\S.*)$/s

function splitCampaign(text: string): { readonly id: string; readonly name: string } {
  const [, id, name] = ID_AND_NAME.exec(text) ?? []
  if (id !== undefined && name !== undefined) return { id, name }
  return /^\d+$/.test(text) ? { id: text, name: '' } : { id: text, name: text }
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
