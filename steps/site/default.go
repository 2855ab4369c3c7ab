package site

import (
	"slices"
	"strings"
	"time"
)

const (
	defaultName     = "JustAJobApp"
	practiceName    = "practice"
	practiceAccount = "000000000000"
	year            = 365 * 24 * time.Hour
)

// The environment keys that the pipeline gives a deployment today. They are configuration: a file may name others.
var (
	backendKeys = strings.Fields(`API_URL APP_URL AWS_DATABASE_REGION AWS_KMS_ACCESS_KEY_ID AWS_KMS_KEY_ARN AWS_KMS_SECRET_ACCESS_KEY COOKIE_SECRET
		DATABASE_URL ENV GOOGLE_API_KEY GOOGLE_CLIENT_ID GOOGLE_CLIENT_REDIRECT_URI GOOGLE_CLIENT_SECRET IPINFO_TOKEN ORIGIN STRIPE_MONTHLY_PRICE_ID
		STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRET STRIPE_YEARLY_PRICE_ID`)
	frontendKeys = strings.Fields(`APP_URL GH_APP_ID GH_INSTALLATION_ID GH_PRIVATE_KEY NEXT_PUBLIC_API_URL NEXT_PUBLIC_APP_URL NODE_ENV`)
	secretNames  = strings.Fields(`API_URL APP_URL AWS_DATABASE_NAME AWS_DATABASE_REGION AWS_KMS_ACCESS_KEY_ID AWS_KMS_KEY_ARN AWS_KMS_SECRET_ACCESS_KEY
		COOKIE_SECRET DATABASE_URL EXPECTED_SECURITY_FINGERPRINT GH_APP_ID GH_INSTALLATION_ID GH_PRIVATE_KEY GOOGLE_API_KEY GOOGLE_CLIENT_ID
		GOOGLE_CLIENT_REDIRECT_URI GOOGLE_CLIENT_SECRET IPINFO_TOKEN NEXT_PUBLIC_API_URL NEXT_PUBLIC_APP_URL ORIGIN STRIPE_MONTHLY_PRICE_ID
		STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRET STRIPE_YEARLY_PRICE_ID`)
	yearly = []string{"COOKIE_SECRET", "GH_PRIVATE_KEY"}
)

// Template is JustAJobApp's environment without its place: no account, no profile, no Infisical project. What a runbook.yaml
// does not name comes from here.
func Template() Environment {
	return Environment{
		Title:    defaultName,
		Region:   "eu-west-1",
		Database: "jaja-db",
		AppURL:   "https://justajobapp.com",
		Services: []Service{
			{Name: "jaja-backend", Role: "backend", Container: "backend", Port: 8000, Keys: slices.Clone(backendKeys), Migrates: true, Probes: []WebProbe{
				{Name: "backend /", Path: "/", Status: []int{200}, Contains: "success"},
				{Name: "sign-in", Path: "/auth/google", Status: []int{302, 303, 307}, Location: "https://accounts.google.com/"},
				{Name: "prices", Path: "/payment/prices", Status: []int{200}},
			}},
			{Name: "jaja-frontend", Role: "frontend", Container: "frontend", Port: 3000, Keys: slices.Clone(frontendKeys), Probes: []WebProbe{
				{Name: "frontend /", Path: "/", Status: []int{200}},
			}},
		},
		Infisical: Infisical{URL: "https://app.infisical.com", Environment: "prod", Path: "/", Keys: templateSecrets()},
		Batches:   []Window{{clock(2, 45), clock(3, 30)}, {clock(14, 45), clock(15, 30)}},
	}
}

func templateSecrets() []Secret {
	out := make([]Secret, 0, len(secretNames))
	for _, n := range secretNames {
		s := Secret{Name: n}
		if slices.Contains(yearly, n) {
			s.Every = year
		}
		out = append(out, s)
	}
	return out
}

func clock(h, m int) time.Duration {
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
}

// Places are what a simulated cloud says about itself, where the template must follow it.
type Places struct {
	Account, Region      string // "" takes 000000000000 and eu-west-1
	InfisicalURL         string
	InfisicalProject     string
	InfisicalEnvironment string // "" takes prod
	AppURL               string
}

// Practice is the environment of that name: the template in the account of zeros.
func Practice(p Places) Environment {
	e := Template()
	e.Name, e.Title, e.Account = practiceName, "practice", practiceAccount
	e.AnswersSend = true // nothing there is real
	e.Infisical.URL, e.Infisical.Project = p.InfisicalURL, p.InfisicalProject
	e.AppURL = p.AppURL
	if p.Account != "" {
		e.Account = p.Account
	}
	if p.Region != "" {
		e.Region = p.Region
	}
	if p.InfisicalEnvironment != "" {
		e.Infisical.Environment = p.InfisicalEnvironment
	}
	return e
}
