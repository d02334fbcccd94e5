// Labels of skills. Ids are unique only within an operation, and wolkvox may send no name.

/** Labels that identify a skill. */
export const SKILL_KEY = 'operation, skill_id'

/** Labels that every metric of a skill has. */
export const SKILL = 'operation, skill_id, skill_name'

/** A label with the text that is shown for a skill. */
export const WHICH = 'skill'

/** Shows the name, or the id if there is no name. */
export const withSkill = (expression: string): string =>
  `label_replace(label_replace(${expression}, "${WHICH}", "$1", "skill_id", "(.*)"), "${WHICH}", "$1", "skill_name", "(.+)")`

const joined = (expression: string, label: string) =>
  `label_join(${withSkill(expression)}, "${WHICH}", " · ", "${WHICH}", "${label}")`

/** Shows the operation too, for panels with skills of several operations. */
export const withSkillAndOperation = (expression: string): string => joined(expression, 'operation')

/** Shows the id too, to tell apart skills with the same name. */
export const withSkillAndId = (expression: string): string => joined(expression, 'skill_id')
