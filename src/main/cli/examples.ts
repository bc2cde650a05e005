/** A call as a person types it after `lockstep`, and what it does where the line does not say so. */
type Example = readonly [line: string, does: string];

/** How each command is called, for its help: names stand for those of the person who reads it. */
export const EXAMPLES: { readonly [command: string]: readonly Example[] } = {
  add: [
    ['add ~/Documents', 'a folder'],
    ['add ~/contacts.vcf --name Friends', 'contacts in one file'],
    ['add ~/new.ics --create', 'a calendar that is yet to be made'],
    ['add ana@example.org --kind contacts', 'an address book on a server'],
  ],
  invite: [
    ['invite Documents', 'a link; whoever brings it is asked about here'],
    ['invite Documents --role reader', 'for a device that may only read'],
    ['invite Documents --nearby', 'no link: both screens show a code'],
  ],
  'revoke-invite': [
    ['revoke-invite Documents', 'all open links to it'],
    ['revoke-invite Documents -', 'the one on standard input'],
  ],
  'recovery-key': [
    ['recovery-key Documents --make', 'shows a new one, this once'],
    ['recovery-key Documents --use -', 'makes this device an admin'],
  ],
  join: [
    ["join 'lockstep://join#…' ~/Documents", 'a folder'],
    ['join - ~/cards --format vcard-folder --wait', 'contacts, as a folder of cards; the link on standard input'],
    ['join --nearby Desk ~/Documents', 'the device Desk, which waits'],
  ],
  leave: [['leave Documents', 'its files stay here']],
  source: [
    ['source Documents', 'shows what there is'],
    ["source Documents --only photos/ --only '*.pdf'", 'keeps only these here'],
    ["source Documents --only ''", 'keeps all of it again'],
    ["source Documents --ignore '*.tmp'", 'leaves these out'],
    ['source Friends --add ~/friends.csv --format csv-google', 'a second place of it on this device'],
  ],
  pause: [
    ['pause', 'everything'],
    ['pause Documents', 'one collection'],
  ],
  resume: [['resume', 'everything']],
  agenda: [['agenda Calendar --days 30', 'the next 30 days']],
  export: [
    ['export Friends friends.csv --format csv-outlook', 'for another program'],
    ['export Documents /media/stick/documents', 'a copy of a folder'],
  ],
  sync: [
    ['sync --wait', 'until the devices that are on have all of it'],
    ['sync Documents --wait --for Laptop --timeout 300', 'until Laptop has it'],
  ],
  status: [
    ['status', ''],
    ['status --json', 'for scripts'],
  ],
  explain: [['explain Documents taxes/2026.pdf', 'a file']],
  preview: [['preview Documents', 'shows the PLAN of a halted source too']],
  confirm: [['confirm 3f2a', 'the plan that preview or status named']],
  'put-back': [['put-back 3f2a', 'the plan that preview or status named']],
  verify: [['verify Documents --content', 'with what is really on the disk']],
  problems: [['problems Documents', 'of one collection']],
  conflicts: [['conflicts', 'with the ids that resolve takes']],
  resolve: [
    ['resolve 7c1e --take 9ab4', 'one of its values'],
    ['resolve 7c1e --value @merged.txt', 'what is in a file'],
    ['resolve 7c1e --keep-both', 'both of them'],
    ['resolve --all --prefer newest', 'all conflicts there are'],
  ],
  duplicates: [
    ['duplicates Friends', 'lists them'],
    ["duplicates Friends 'Ada Lovelace' 'A. Lovelace' --fuse", 'these two are one'],
    ['duplicates Friends --fuse-sure', 'all that surely are'],
  ],
  history: [
    ['history Documents --limit 20', 'the latest'],
    ['history Documents --record plans.md', 'of one file'],
    ['history --before 2026-01-31', 'what was before that day'],
  ],
  undo: [['undo 4b7d-12', 'an id that history told']],
  restore: [
    ['restore Documents plans.md --at 2026-01-31T18:00', 'one file, as it was then'],
    ['restore Documents --at 2026-01-31 --to ~/documents-of-then', 'everything, beside it'],
  ],
  cat: [
    ['cat Documents plans.md', 'as it is now'],
    ['cat Documents plans.md --at 2026-01-31', 'as it was'],
  ],
  requests: [['requests', '']],
  approve: [['approve 695129', 'by the code, once it is the same on both screens']],
  deny: [['deny 695129', '']],
  devices: [['devices', '']],
  'remove-device': [
    ['remove-device Laptop', 'out of everything'],
    ['remove-device Laptop Documents', 'out of one collection'],
  ],
  'rename-device': [['rename-device Desk', '']],
  'set-role': [['set-role Laptop reader Documents', 'it may only read']],
  quarantine: [
    ['quarantine Laptop --take', 'it counts after all'],
    ['quarantine Laptop Documents --drop', 'let go of it'],
  ],
  serve: [
    ['serve', ''],
    ['serve --listen 0.0.0.0:21027 --no-ui', 'on a computer without a screen'],
  ],
  ui: [['ui', '']],
  config: [
    ['config', 'shows all of them'],
    ['config limits.up 500000', 'sends 500 kB a second at most'],
    ["config schedule ''", 'exchanges at any hour again'],
  ],
  doctor: [['doctor', '']],
  relay: [
    ['relay serve', 'for everybody who reaches it'],
    ['relay serve --private --listen 0.0.0.0:21028 --data /srv/relay', 'for who knows its address'],
  ],
  help: [['help sync', '']],
  completions: [['completions zsh > ~/.zfunc/_lockstep', 'from the next shell on']],
};
