import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The end-to-end tests start real programs; the rest ends in milliseconds.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
