import type { JsonSchema } from '../../src/config/setting.ts'
import { type SettingName, settingNames, settings } from '../../src/config/settings.ts'

/** Where the schema is, from the root of the project. */
export const SCHEMA_PATH = 'docs/config.schema.json'

type Properties = Readonly<Record<string, JsonSchema>>

/** The JSON Schema of the configuration file, for editors. */
export function configSchema(): string {
  const exclusive = { not: { anyOf: pairsOf(['token', 'token_file', 'token_env']) } }
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration file of wolkvox-exporter',
    type: 'object',
    properties: {
      ...propertiesOf(settingNames.filter((name) => name !== 'name')),
      operations: {
        description: 'the operations; what they do not set comes from the keys beside this list',
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: propertiesOf(settingNames),
          required: ['name'],
          additionalProperties: false,
          ...exclusive,
        },
      },
    },
    required: ['operations'],
    additionalProperties: false,
    ...exclusive,
    definitions: Object.fromEntries(
      settingNames.map((name) => [name, { description: describe(name), ...settings[name].json }]),
    ),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** A setting whose key has a dot is in a section. */
function propertiesOf(names: readonly SettingName[]): Properties {
  const sections = Map.groupBy(names, (name) => settings[name].key.split('.')[0] ?? '')
  return Object.fromEntries(
    [...sections].map(([key, inSection]) => {
      const [first] = inSection
      if (first !== undefined && settings[first].key === key) return [key, reference(first)]
      const properties = inSection.map((name) => [settings[name].key.split('.')[1], reference(name)])
      return [
        key,
        {
          type: 'object',
          properties: Object.fromEntries(properties),
          additionalProperties: false,
          minProperties: 1,
        },
      ]
    }),
  )
}

const reference = (name: SettingName): JsonSchema => ({ $ref: `#/definitions/${name}` })

function describe(name: SettingName): string {
  const { meaning, default: otherwise } = settings[name]
  return `${meaning} (${otherwise})`
}

function pairsOf(keys: readonly string[]): JsonSchema[] {
  return keys.flatMap((key, index) => keys.slice(index + 1).map((other) => ({ required: [key, other] })))
}
