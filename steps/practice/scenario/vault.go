package scenario

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// vault fills Infisical with every key of the pipeline. Ages are such that nothing is due.
func (b *builder) vault() {
	r := b.draw("secrets")
	db := b.s.Databases[0]
	project := world.Draw(keySeed, "infisical")
	b.s.Vault = world.Vault{
		Organisation: world.UUID(project), Project: world.UUID(project), Slug: "jobseeker-analytics", Environment: "prod",
		ClientID: world.UUID(project), ClientSecret: world.Text(project, world.Hex, 64), Identity: world.UUID(project),
		SigningKey: world.Text(project, world.Hex, 64),
	}
	const app, api = "https://justajobapp.com", "https://api.justajobapp.com"
	type secret struct {
		key, value string
		version    int
		days       int // since the last edit
	}
	all := []secret{
		{"API_URL", api, 1, 402}, {"APP_URL", app, 2, 310}, {"NEXT_PUBLIC_API_URL", api, 1, 402}, {"NEXT_PUBLIC_APP_URL", app, 2, 310},
		{"ORIGIN", "justajobapp.com", 1, 402}, {"ENV", "prod", 1, 402}, {"NODE_ENV", "production", 1, 402},
		{"AWS_DATABASE_NAME", db.Name, 1, 402}, {"AWS_DATABASE_REGION", Region, 1, 402}, {"AWS_REGION", Region, 1, 402},
		{"DATABASE_URL", db.DSN(), 1, 402},
		{"COOKIE_SECRET", world.Text(r, world.Mixed, 64), 3, 96},
		{"GOOGLE_CLIENT_ID", world.Text(r, "0123456789", 12) + "-" + world.Text(r, world.Lower, 32) + ".apps.googleusercontent.com", 1, 402},
		{"GOOGLE_CLIENT_SECRET", "GOCSPX-" + world.Text(r, world.Mixed, 28), 2, 188},
		{"GOOGLE_CLIENT_REDIRECT_URI", api + "/auth/google", 1, 402},
		{"GOOGLE_API_KEY", "AIza" + world.Text(r, world.Mixed, 35), 2, 141},
		{"IPINFO_TOKEN", world.Text(r, world.Hex, 14), 1, 233},
		{"STRIPE_SECRET_KEY", "sk_live_" + world.Text(r, world.Mixed, 99), 2, 120},
		{"STRIPE_WEBHOOK_SECRET", "whsec_" + world.Text(r, world.Mixed, 32), 7, 58},
		{"STRIPE_MONTHLY_PRICE_ID", "price_" + world.Text(r, world.Mixed, 24), 1, 233},
		{"STRIPE_YEARLY_PRICE_ID", "price_" + world.Text(r, world.Mixed, 24), 1, 233},
		{"AWS_KMS_ACCESS_KEY_ID", "AKIA" + world.Text(r, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), 1, 233},
		{"AWS_KMS_SECRET_ACCESS_KEY", world.Text(r, world.Mixed, 40), 1, 233},
		{"AWS_KMS_KEY_ARN", "arn:aws:kms:" + Region + ":" + Account + ":key/" + world.UUID(r), 1, 233},
		{"GH_APP_ID", world.Text(r, "123456789", 7), 1, 402},
		{"GH_INSTALLATION_ID", world.Text(r, "123456789", 8), 1, 402},
		{"GH_PRIVATE_KEY", pem(world.Text(r, world.Mixed, 1588)), 2, 171},
		{"NEXT_PUBLIC_POSTHOG_KEY", "phc_" + world.Text(r, world.Mixed, 43), 1, 233},
		{"TOKEN_ENCRYPTION_KEY", world.Text(r, world.Mixed, 43) + "=", 1, 275},
	}
	values := make(map[string]string, len(all))
	for _, s := range all {
		values[s.key] = s.value
	}
	all = append(all, secret{"EXPECTED_SECURITY_FINGERPRINT", world.Fingerprint(values), 9, 58})
	for _, s := range all {
		b.secret(s.key, s.value, s.version, s.days)
	}
	slices.SortFunc(b.s.Vault.Secrets, func(x, y *world.Secret) int { return cmp.Compare(x.Key, y.Key) })
}

// secret makes a secret with all its versions; the older values are long gone from everywhere else.
func (b *builder) secret(key, value string, version, days int) {
	r := b.draw("secret", key)
	last := b.t0.Add(-time.Duration(days)*24*time.Hour - time.Duration(r.IntN(86400))*time.Second)
	s := &world.Secret{ID: world.UUID(r), Key: key, CreatedAt: last.Add(-time.Duration(version-1) * 31 * 24 * time.Hour)}
	for v := 1; v <= version; v++ {
		old := world.SecretVersion{Version: v, Value: world.Text(r, world.Mixed, len(value)), At: last.Add(-time.Duration(version-v) * 31 * 24 * time.Hour), By: "maya"}
		if v == version {
			old.Value = value
		}
		s.Versions = append(s.Versions, old)
	}
	b.s.Vault.Secrets = append(b.s.Vault.Secrets, s)
}

func pem(body string) string {
	var sb strings.Builder
	sb.WriteString("-----BEGIN RSA PRIVATE KEY-----\n")
	for len(body) > 0 {
		n := min(64, len(body))
		sb.WriteString(body[:n] + "\n")
		body = body[n:]
	}
	return sb.String() + "-----END RSA PRIVATE KEY-----"
}
