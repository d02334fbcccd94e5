// Loaded with --import into an exporter: locking a file then hangs in the system, as on a network disk that is gone. The lock
// thread opens a pipe without a writer in place of locking.
import { openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

DatabaseSync.prototype.exec = () => openSync(process.env.HANGING_PIPE, 'r')
