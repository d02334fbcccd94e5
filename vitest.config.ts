import { defineConfig } from 'vitest/config'

// Tests with real processes, real time, large inputs or whole simulated days; everything else is fast. `smoke` starts the command
// itself, briefly.
const OTHER_PROJECTS = ['smoke', 'integration', 'simulator', 'dashboards', 'deploy']

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
    // Only code that runs in the test processes is counted; commands in processes of their own are not.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportOnFailure: true,
    },
    projects: [
      project(
        'unit',
        ['test/**/*.test.ts'],
        OTHER_PROJECTS.map((folder) => `test/${folder}/**`),
      ),
      ...OTHER_PROJECTS.map((folder) => project(folder, [`test/${folder}/**/*.test.ts`])),
    ],
  },
})
