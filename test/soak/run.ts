// node test/soak/run.ts [MINUTES] [--books] [--seed N] [--devices N] [--stop]: real devices on a real disk, each killed at random while people
// work at all of them, with files or (--books) with contacts and calendars. The seed chooses what is done; when it is done, and hence what comes
// of it, is the machine's.
await import(process.argv.includes('--books') ? './books.ts' : './files.ts');

export {};
