import { defineConfig } from 'vitest/config'

// Tests with real programs, real time or large inputs; everything else is fast.
const SLOW_FOLDERS = ['integration', 'dashboards', 'deploy']

const project = (name: string, include: readonly string[], exclude: readonly string[] = []) => ({
  test: {
    name,
    include: [...include],
    exclude: [...exclude],
    // Some tests start real programs.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})

export default defineConfig({
  test: {
    projects: [
      project(
        'unit',
        ['test/**/*.test.ts'],
        SLOW_FOLDERS.map((folder) => `test/${folder}/**`),
      ),
      ...SLOW_FOLDERS.map((folder) => project(folder, [`test/${folder}/**/*.test.ts`])),
    ],
  },
})
