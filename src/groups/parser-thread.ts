import { parentPort, workerData } from 'node:worker_threads'
import { type FileToParse, type ParsedFile, parseFile } from './parser-task.ts'

const port = parentPort
if (port === null) throw new Error('this file runs only as a worker thread')

// A thread parses one file, then ends.
port.postMessage((await parseFile(workerData as FileToParse)) satisfies ParsedFile)
