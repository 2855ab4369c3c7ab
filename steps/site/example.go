package site

// Example is a documented runbook.yaml: what runbook init writes and the README shows. Keys that are left out keep JustAJobApp's
// names.
const Example = `# runbook.yaml: where production is. It holds no secret and may be committed.
# What is left out keeps JustAJobApp's names; runbook doctor shows what is used.
name: JustAJobApp
default: production

environments:
  production:
    title: JustAJobApp              # the account's name, for headers
    account: "123456789012"         # nothing is changed in any other account
    region: eu-west-1
    profile: jaja-prod              # of the AWS configuration; without it, the default chain
    database: jaja-db
    app_url: https://justajobapp.com
    answers_send: false             # true: an answers file may satisfy a typed confirmation
    batches: ["02:45-03:30", "14:45-15:30"]   # UTC; no deployment then

    services:                       # a name that JustAJobApp has starts from its settings
      - name: jaja-backend
        role: backend               # the word on screens
        container: backend
        port: 8000
        migrates: true              # its start runs alembic upgrade head
      - name: jaja-frontend
        role: frontend
        container: frontend
        port: 3000
        probes:                     # addresses looked at without a session
          - {name: frontend, path: /, status: [200]}

    infisical:
      url: https://app.infisical.com
      project: 00000000-0000-0000-0000-000000000000   # the project's ID, not its slug
      environment: prod
      path: /
      # secrets: names, or a name with how often it is changed. Without it, JustAJobApp's.
      # secrets:
      #   - DATABASE_URL
      #   - {name: COOKIE_SECRET, every: 365d}
`
