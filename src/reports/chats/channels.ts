/** Parts of the texts of wolkvox, in lower case, with the channel that they mean. The first that matches counts. */
const CHANNELS: readonly (readonly [string, string])[] = [
  ['whatsapp', 'whatsapp'],
  ['instagram', 'instagram'],
  ['messenger', 'facebook'],
  ['facebook', 'facebook'],
  ['telegram', 'telegram'],
  ['twitter', 'twitter'],
  ['tiktok', 'tiktok'],
  ['teams', 'teams'],
  ['google', 'google'],
  ['apple', 'apple'],
  ['mail', 'email'],
  ['correo', 'email'],
  ['sms', 'sms'],
  ['rcs', 'rcs'],
  ['web', 'web'],
  ['chat', 'web'],
]

/** Where an agent without chats has a 0: a series without a channel could not be told apart from a lost label. */
export const NO_CHANNEL = 'none'

/** Every value of the label `channel`. */
export const channels = [...new Set([...CHANNELS.map(([, channel]) => channel), 'other', NO_CHANNEL])]

/**
 * The channel of a chat. A list instead of wolkvox's text, because a text in the wrong place could be the name or phone number
 * of a customer.
 */
export function channelOf(text: string): string {
  const known = text.toLowerCase()
  return CHANNELS.find(([part]) => known.includes(part))?.[1] ?? 'other'
}
