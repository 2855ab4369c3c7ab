package infisical

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// Lifetimes of a token, in seconds of the wall clock, as the protocol states them.
const (
	tokenTTL = 3600
	tokenMax = 7200
)

// tokens remembers what was revoked; a restart forgets it, and tokens outlive one.
type tokens struct {
	mu      sync.Mutex
	revoked map[string]bool
}

type claims struct {
	Identity string `json:"identityId"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	Max      int64  `json:"max"`
	Nonce    int64  `json:"nonce"`
}

func (s *Server) vault() (v world.Vault) {
	s.cloud.Read(func(_ time.Time, st *world.State) { v = st.Vault })
	return v
}

func sign(key, text string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// issue makes a token in the form of the real ones.
func issue(v world.Vault, limit time.Time) map[string]any {
	now := time.Now()
	c := claims{Identity: v.Identity, Issued: now.Unix(), Expires: min(now.Unix()+tokenTTL, limit.Unix()), Max: limit.Unix(), Nonce: now.UnixNano()}
	b, _ := json.Marshal(c) // plain numbers and a string
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(b)
	return map[string]any{"accessToken": text + "." + sign(v.SigningKey, text), "expiresIn": c.Expires - c.Issued, "accessTokenMaxTTL": tokenMax, "tokenType": "Bearer"}
}

func tokenError(message string) *failure { return &failure{403, "TokenError", message} }

func (s *Server) claims(token string) (claims, error) {
	var c claims
	i := strings.LastIndexByte(token, '.')
	if token == "" {
		return c, &failure{401, "Unauthorized", "Token missing"}
	}
	v := s.vault()
	if i < 0 || subtle.ConstantTimeCompare([]byte(sign(v.SigningKey, token[:i])), []byte(token[i+1:])) != 1 {
		return c, tokenError("Your token is malformed. Please re-authenticate.")
	}
	_, payload, _ := strings.Cut(token[:i], ".")
	b, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(b, &c) != nil {
		return c, tokenError("Your token is malformed. Please re-authenticate.")
	}
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	if s.tokens.revoked[token] || time.Now().Unix() >= c.Expires {
		return c, tokenError("Your token has expired. Please re-authenticate.")
	}
	return c, nil
}

// holder is the principal of a token.
func (s *Server) holder(token string) (string, error) {
	_, err := s.claims(token)
	return "trainee", err
}

func (s *Server) login(q *request) (any, error) {
	v := s.vault()
	q.who = "anonymous"
	id, secret := q.text("clientId"), q.text("clientSecret")
	if subtle.ConstantTimeCompare([]byte(id+"\x00"+secret), []byte(v.ClientID+"\x00"+v.ClientSecret)) != 1 {
		return nil, &failure{401, "Unauthorized", "Invalid credentials"}
	}
	q.who = "trainee"
	return issue(v, time.Now().Add(tokenMax*time.Second)), nil
}

func (s *Server) renew(q *request) (any, error) {
	c, err := s.claims(q.text("accessToken"))
	if err != nil {
		return nil, err
	}
	q.who = "trainee"
	return issue(s.vault(), time.Unix(c.Max, 0)), nil
}

func (s *Server) revoke(q *request) (any, error) {
	token := q.text("accessToken")
	if _, err := s.claims(token); err != nil {
		return nil, err
	}
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	if s.tokens.revoked == nil {
		s.tokens.revoked = map[string]bool{}
	}
	s.tokens.revoked[token] = true
	q.who = "trainee"
	return map[string]string{"message": "Access token revoked"}, nil
}
